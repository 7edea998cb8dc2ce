"""Plans to PagerDuty: compile, rehearse, show, apply, prove. See `docs/pagerduty.md`."""
