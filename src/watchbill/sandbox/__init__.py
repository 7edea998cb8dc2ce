"""A PagerDuty to rehearse on: a server on loopback that shares no code with what is rehearsed."""
