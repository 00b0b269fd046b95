"""A virtual bench on the network: raw sockets, HiSLIP, serial lines, all over the one bus of the bench."""

from labkit_sim.servers._server import NetworkServer, serve_bench

__all__ = ["NetworkServer", "serve_bench"]
