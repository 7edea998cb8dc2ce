"""The rules: one file each. `AnyRule` is what `rules:` in `team.yaml` may hold; `standing` are always in force."""
