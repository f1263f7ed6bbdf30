"""Every call of pymemcache's Client (classic text protocol): HOST PORT LARGE, the size of the large values."""
import sys

from pymemcache.client.base import Client, PooledClient
from pymemcache.exceptions import MemcacheError

host, port, large = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])


def refused(call, *arguments, **named):
    try:
        call(*arguments, **named)
    except (MemcacheError, ValueError):
        return
    raise AssertionError("the server was to refuse this")


client = Client((host, port), default_noreply=False, no_delay=True)
client.set("plain", "one", expire=10, flags=7)
client.set("binary", bytes(range(256)))
client.set("empty", b"")
client.set("large", b"v" * large)
client.set_many({"a": "1", "b": "2", "c": "3"})
client.set_multi({"d": "END\r\n", "e": "get x\r\n"})
client.add("plain", "again")
client.add("added", "two")
client.replace("added", "three")
client.replace("nowhere", "x")
client.append("added", "-end")
client.prepend("added", "start-")
client.append("nowhere", "x")
client.prepend("nowhere", "x")
for key in ("plain", "binary", "empty", "large", "added", "nowhere"):
    client.get(key)
client.get_many(["a", "nowhere", "b", "c"])
client.get_multi(["nowhere", "neither"])
value, cas = client.gets("plain")
client.gets("nowhere")
client.gets_many(["a", "b"])
client.cas("plain", "two", cas)
client.cas("plain", "three", cas)
client.cas("nowhere", "x", cas)
client.set("counter", "41")
client.incr("counter", 1)
client.decr("counter", 2)
client.incr("nowhere", 1)
client.decr("nowhere", 1)
refused(client.incr, "plain", 1)
client.touch("plain", 100)
client.touch("nowhere", 100)
client.delete("plain")
client.delete("plain")
client.delete_many(["a", "nowhere"])
client.delete_multi(["b"])
client.version()
client.stats()
client.stats("settings")
client.stats("items")
client.cache_memlimit(64)
if large > 1000:
    refused(client.set, "too-large", b"v" * 1_100_000)
client.close()

# noreply is what pymemcache does unless it is told otherwise.
client = Client((host, port), no_delay=True)
client.set("quiet", "one")
client.add("quiet", "two")
client.replace("quiet", "three")
client.append("quiet", "-end")
client.prepend("quiet", "start-")
client.get("quiet")
client.touch("quiet", 100)
client.set("counter", "1", noreply=True)
client.incr("counter", 1, noreply=True)
client.decr("counter", 1, noreply=True)
client.delete("quiet")
client.get("quiet")
client.set_many({"x": "1", "y": "2"})
client.delete_many(["x", "y"])
client.get("counter")
client.flush_all(noreply=False)
client.flush_all()
client.get("counter")
client.quit()

client = PooledClient((host, port), max_pool_size=2, no_delay=True)
client.set("pooled", "one", noreply=False)
client.get("pooled")
client.close()
