"""What a release ships, under which licences, and what is known against it."""
