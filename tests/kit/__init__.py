"""What tests are told with: shops, tills, servers and the people at them. One idea a module.

It imports nothing else of tests; everything else in tests imports it, and nothing of another folder.
"""
