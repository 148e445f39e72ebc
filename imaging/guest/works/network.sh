# The way out, the name servers, and what lies outside. It uses $R, $state and $work.

tell_network() {
  if has_route; then echo 'route yes'; else echo 'route no'; fi
  find_python
  tell_name_servers
  outside='@OUTSIDE@'
  [ -n "$outside" ] && [ -n "$python" ] && has_route || return
  for each in $outside; do
    if why=$(within 20 "$python" "$work/ask" tcp "$each"); then echo "outside yes $each"
    else echo "outside no $each ${why:-it did not answer in time}"
    fi
  done
}

# cloud-init's own, else any.
find_python() {
  python=$(sed -n '1s/^#! *\([^ ]*python[^ ]*\).*/\1/p' "$(command -v cloud-init)" 2>/dev/null)
  [ -n "$python" ] && [ -x "$python" ] || python=$(command -v python3)
  [ -z "$python" ] || within 20 "$python" -c 'import sys; sys.exit(sys.version_info < (3, 4))' || python=
  cat >"$work/ask" <<'END'
@ASK@
END
}

has_route() {
  awk '$2 == "00000000" && $8 == "00000000" { found = 1 } END { exit !found }' "$R/proc/net/route" 2>/dev/null ||
    awk '$1 ~ /^0+$/ && $2 == "00" && $NF != "lo" { found = 1 } END { exit !found }' "$R/proc/net/ipv6_route" 2>/dev/null
}

# name-server ADDRESS image|network yes|no|unknown
tell_name_servers() {
  file=$R/etc/resolv.conf
  [ -f "$file" ] || return
  own=no
  if [ ! -L "$file" ] && [ "$(file_digest "$file")" = "$(cat "$state/brought-resolv" 2>/dev/null)" ]; then own=yes; fi
  if grep -q '^nameserver *127\.0\.0\.5[34]' "$file" && [ -f "$R/run/systemd/resolve/resolv.conf" ]; then
    file=$R/run/systemd/resolve/resolv.conf
    own=no
  fi
  echo name-servers
  named_by_network | in_addresses >"$work/by-network"
  named_by_image | in_addresses >"$work/by-image"
  awk '$1 == "nameserver" && !seen[$2]++ && told++ < 8 { print $2 }' "$file" | while read -r server; do
    by=network
    if ! grep -q -x -F -e "$server" "$work/by-network"; then
      if [ "$own" = yes ] || grep -q -x -F -e "$server" "$work/by-image"; then by=image; fi
    fi
    answers=unknown
    if [ -n "$python" ]; then
      if within 20 "$python" "$work/ask" dns "$server" >/dev/null; then answers=yes; else answers=no; fi
    elif command -v dig >/dev/null; then
      if within 20 dig "@$server" +time=3 +tries=2 . NS >/dev/null; then answers=yes; else answers=no; fi
    fi
    echo "name-server $server $by $answers"
  done
}

# What the network told: by DHCP, or by what the cloud gave cloud-init, and what cloud-init wrote of it.
named_by_network() {
  cat "$R"/run/systemd/netif/leases/* "$R"/var/lib/dhcp/*.lease* "$R"/var/lib/dhclient/*.lease* "$R"/run/net-*.conf \
    "$R"/run/cloud-init/instance-data.json "$R"/run/cloud-init/network-config.json "$R"/var/lib/NetworkManager/*.lease \
    "$R"/etc/netplan/*cloud-init* "$R"/etc/network/interfaces.d/*cloud-init* "$R"/etc/systemd/network/*cloud-init* \
    "$R"/etc/NetworkManager/system-connections/cloud-init* | head -c 400000
  within 5 nmcli -t -f DHCP4,DHCP6 device show
  for card in "$R"/run/dhcpcd/*.pid; do
    [ ! -f "$card" ] || within 5 dhcpcd -U "$(basename "$card" .pid | sed 's/-[46]$//')"
  done
} 2>/dev/null

named_by_image() {
  for file in "$R"/etc/systemd/resolved.conf "$R"/etc/systemd/resolved.conf.d/* "$R"/etc/systemd/network/* \
    "$R"/etc/netplan/* "$R"/etc/network/interfaces "$R"/etc/network/interfaces.d/* "$R"/etc/dhcp/dhclient.conf \
    "$R"/etc/NetworkManager/system-connections/* "$R"/etc/NetworkManager/conf.d/* "$R"/etc/dhcpcd.conf \
    "$R"/etc/sysconfig/network-scripts/ifcfg-* "$R"/etc/sysconfig/network/config "$R"/etc/resolvconf/resolv.conf.d/*; do
    case $file in *cloud-init*) continue ;; esac
    [ ! -f "$file" ] || sed '/^[ \t]*[#;]/d' "$file"
  done 2>/dev/null | head -c 400000
}

in_addresses() {
  tr -c '0-9A-Fa-f.:\n' '\n' | grep -E '^[0-9]+[.][0-9]+[.][0-9]+[.][0-9]+$|:.*:' | sort -u
}
