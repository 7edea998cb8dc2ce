"""The first engine, CP-SAT: finds good plans fast."""
