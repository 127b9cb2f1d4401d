"""What an operator's script does with pygnmi: capabilities, set, get, subscribe. Prints JSON."""

import json
import sys

from pygnmi.client import gNMIclient

host, port, static, weight, port_state = sys.argv[1:6]

with gNMIclient(target=(host, int(port)), insecure=True, no_qos_marking=True) as client:
    capabilities = client.capabilities()
    done = client.set(update=[(weight, "7")], encoding="json_ietf")
    shown = client.get(path=[static], encoding="json_ietf")
    stream = client.subscribe2(
        subscribe={
            "subscription": [{"path": port_state + "/counters", "mode": "sample"}],
            "mode": "once",
            "encoding": "json_ietf",
        }
    )
    samples = [message for message in stream]
    try:
        client.set(update=[(weight, "999")], encoding="json_ietf")
        refusal = "was accepted"
    except Exception as error:  # Its own class wraps the status.
        refusal = str(getattr(error, "orig_exc", None) or error)

# The library tells of errors on stdout as well: what counts is the last line.
print()
json.dump(
    {
        "models": [model["name"] for model in capabilities["supported_models"]],
        "set": done,
        "get": shown,
        "samples": samples,
        "refusal": refusal,
    },
    sys.stdout,
    default=str,
)
