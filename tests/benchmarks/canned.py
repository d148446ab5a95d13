"""The least that an HTTP server can be: it reads what it is sent and gives back so many bytes.

python -m tests.benchmarks.canned BYTES
"""

import socket
import sys
from typing import Any

import uvicorn


def app(answer: bytes) -> Any:
    async def serve(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        while (await receive()).get("more_body"):
            pass
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    return serve


def main() -> None:
    with socket.socket() as listener:
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind(("127.0.0.1", 0))
        listener.listen(16)
        print(f"listening on http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
        config = uvicorn.Config(
            app(b"x" * int(sys.argv[1])), http="httptools", lifespan="off", access_log=False, log_config=None
        )
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
