"""What the files of the network say: fixed addresses, and cards that are known by their own addresses."""

from imaging.guest.report.network_files.settings import found_before_odd, network_settings
from imaging.guest.report.network_files.yaml_form import from_mapping

__all__ = ["found_before_odd", "from_mapping", "network_settings"]
