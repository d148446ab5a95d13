"""Who is connected, in this process or over all of them through Redis."""
