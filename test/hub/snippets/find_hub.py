import json
import sys
from zeroconf import Zeroconf

zeroconf = Zeroconf()
info = zeroconf.get_service_info("_bramble._tcp.local.", sys.argv[1] + "._bramble._tcp.local.", 10_000)
zeroconf.close()
print(json.dumps({
    "addresses": info.parsed_addresses(),
    "port": info.port,
    "host": info.server,
    "txt": {key.decode(): value.decode() for key, value in info.properties.items()},
}))
