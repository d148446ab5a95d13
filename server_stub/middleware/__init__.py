"""What wraps every request: the HTTP parser's limits, ids, reading a body, errors in the envelope."""
