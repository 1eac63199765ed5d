"""How the server runs: on this machine only, without telemetry, calm; and the look, in colours with enough contrast.

The explorer is light or dark as the system of its reader is: without ``theme.base`` Streamlit follows the browser.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

#: Options of the server by dotted name; ``.streamlit/config.toml`` of the repository says the same (a test compares).
CONFIG: Mapping[str, Any] = MappingProxyType(
    {
        "server.address": "127.0.0.1",
        "server.fileWatcherType": "none",
        "server.maxUploadSize": 20,
        # A full collection after every script would keep the last answers from being sent for a tenth of a second.
        "runner.postScriptGC": False,
        "browser.gatherUsageStats": False,
        "client.toolbarMode": "minimal",
        "client.showErrorDetails": "none",
        "client.showErrorLinks": False,
        "client.showSidebarNavigation": False,
        "theme.light.primaryColor": "#0B5A8F",
        "theme.light.backgroundColor": "#FFFFFF",
        "theme.light.secondaryBackgroundColor": "#F2F5F8",
        "theme.light.textColor": "#1F2933",
        "theme.light.linkColor": "#0B5A8F",
        "theme.dark.primaryColor": "#6CB6EB",
        "theme.dark.backgroundColor": "#12181F",
        "theme.dark.secondaryBackgroundColor": "#1D2630",
        "theme.dark.textColor": "#E6EBF0",
        "theme.dark.linkColor": "#8CC8F2",
        "theme.font": '"Source Sans", "Noto Sans SC", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif',
        "theme.baseFontSize": 15,
        "theme.baseRadius": "6px",
    }
)
