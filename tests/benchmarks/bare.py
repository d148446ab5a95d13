"""The least that a Socket.IO server can be: python-socketio as it comes, on the same uvicorn as ours.

It has one room. "go" sends its payload to the room and prints the moment just before.
"""

import socket
import time
from typing import Any

import socketio
import uvicorn

ROOM = "tenant-demo-location-main"


def app() -> socketio.ASGIApp:
    server = socketio.AsyncServer(async_mode="asgi")

    async def join(sid: str, _told: Any) -> dict[str, bool]:
        await server.enter_room(sid, ROOM)
        return {"success": True}

    async def go(_sid: str, payload: Any) -> None:
        print(time.monotonic_ns(), flush=True)
        await server.emit("changes", payload, room=ROOM)

    server.on("join-tenant", join)
    server.on("go", go)
    return socketio.ASGIApp(server)


def main() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            app(),
            http="httptools",
            ws="websockets-sansio",
            ws_ping_interval=None,
            ws_per_message_deflate=False,
            access_log=False,
            log_config=None,
        )
        listener.listen(512)
        print(f"listening on http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
