"""The kit of the tests: shops, tills, servers and the people at them, one idea a module.

It imports no other tests. The other folders of tests import it, and not each other.
"""
