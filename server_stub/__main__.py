"""python -m server_stub"""

from server_stub.run import main

raise SystemExit(main())
