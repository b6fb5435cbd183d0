"""Jobs of setting up: checking an extract, settings, the schema, the demo, the notebook server, generated docs."""
