"""The demonstration's shop, as `server_stub.cli.demo_data` makes it: what a test types to get in."""

TENANT = "demo"
LOCATION = "main"
PASSWORD = "evertill-demo"
ALICE_PIN, BOB_PIN = "2468", "1357"
