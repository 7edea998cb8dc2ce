"""From a problem and its rules to a plan: the only folder that knows OR-Tools."""
