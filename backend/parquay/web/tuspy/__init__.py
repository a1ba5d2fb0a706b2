"""Uploads through the router of the package tuspyserver: this room alone, asked for by `PARQUAY_TUS_ROUTER`."""
