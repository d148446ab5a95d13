"""HTTP and the live socket. The only package that knows httpx and socketio."""
