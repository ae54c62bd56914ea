"""Values, rules, scoring, calendar and moves: standard library only."""
