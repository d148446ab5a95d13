"""Sign-in, and the enrolment of the till."""
