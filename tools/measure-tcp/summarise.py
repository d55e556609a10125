#!/usr/bin/env python3
"""Medians per cell from measure.sh's samples: summarise.py SAMPLES > data/....csv"""
import statistics
import sys

cells: dict[tuple[str, ...], list[list[float]]] = {}
for line in open(sys.argv[1]).read().split("\n")[1:]:
    fields = line.split(",")
    if len(fields) >= 14:
        cells.setdefault(tuple(fields[:10]), []).append([float(x) for x in fields[10:13]])
print(
    "link_rate,rtt_ms,direction,file_bytes,connection,pause_ms,slow_start_after_idle,"
    "receive_buffer_bytes,send_buffer_bytes,warm_up_bytes,connect_ms,transfer_ms,transfer_min_ms,"
    "transfer_max_ms,cwnd_before_segments,samples"
)
for (rate, rtt, way, size, kind, pause, ssai, rmem, wmem, warm), rows in cells.items():
    connect, transfer, window = zip(*rows)
    # The machine's first connection resolves addresses: the smallest connect time is without it.
    print(
        f"{rate},{int(rtt) / 1000:g},{way},{size},{kind},{int(pause) / 1000:g},{ssai},{rmem},{wmem},"
        f"{warm},{min(connect):.3f},{statistics.median(transfer):.3f},{min(transfer):.3f},"
        f"{max(transfer):.3f},{statistics.median(window):g},{len(rows)}"
    )
