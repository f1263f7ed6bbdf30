"""Every call of pylibmc's Client: HOST PORT LARGE text|binary; LARGE is the size of the large values."""
import sys

import pylibmc

host, port, size, protocol = sys.argv[1:]
server = f"{host}:{port}"
large = int(size)
is_binary = protocol == "binary"


def refused(call, *arguments):
    """Some refusals are an error, and some only over one of the protocols."""
    try:
        assert not call(*arguments)
    except pylibmc.Error:
        pass


client = pylibmc.Client([server], binary=is_binary, behaviors={"tcp_nodelay": True, "cas": True})
client.set("plain", "one", time=10)
client.set("binary", bytes(range(256)))
client.set("empty", b"")
client.set("large", b"v" * large)
client.set("compressed", b"v" * large, min_compress_len=100)
client.set("number", 41)
client.set_multi({"a": "1", "b": "2", "c": "END\r\n"}, time=10)
client.add("plain", "again")
client.add("added", "two")
client.add_multi({"e": "5", "f": "6"})
client.replace("added", "three")
refused(client.replace, "nowhere", "x")
client.append("added", "-end")
client.prepend("added", "start-")
for key in ("plain", "binary", "empty", "large", "compressed", "number", "added", "nowhere"):
    client.get(key)
client.get_multi(["a", "nowhere", "b", "c"])
client.get_multi(["nowhere", "neither"])
client.get_multi([f"nowhere:{number}" for number in range(50 if large > 1000 else 5)])
value, cas = client.gets("plain")
client.gets("nowhere")
client.cas("plain", "two", cas)
client.cas("plain", "three", cas)
client.incr("number", 1)
client.decr("number", 2)
refused(client.incr, "nowhere", 1)
client.set_multi({"n1": 1, "n2": 2})
client.incr_multi(["n1", "n2"], delta=5)
client.touch("plain", 100)
client.touch("nowhere", 100)
client.delete("plain")
client.delete("plain")
client.delete_multi(["a", "b", "nowhere"])
client.get_stats()
client.get_stats("settings")
client.flush_all()
client.disconnect_all()

# Requests that ask for no answer.
client = pylibmc.Client([server], binary=is_binary, behaviors={"tcp_nodelay": True, "_noreply": True})
for number in range(10 if large > 1000 else 3):
    client.set(f"quiet:{number}", str(number))
client.delete("quiet:1")
client.get("quiet:2")
client.get("quiet:1")
client.disconnect_all()
