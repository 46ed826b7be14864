"""The doors to the engine: the command line, the web page, the API."""
