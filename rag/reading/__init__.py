"""A file becomes pages of blocks: one module a family of formats, and the sandbox that they run in."""
