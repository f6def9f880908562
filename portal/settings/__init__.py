"""Settings, one module an environment: demo, test, staging, production. `env` alone reads the environment."""
