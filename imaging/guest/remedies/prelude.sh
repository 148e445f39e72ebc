# Before each of the scripts of this folder: plain names and plain bytes, whatever the login's environment is. What was
# begun is brought to its end although the connection is lost.
set -u
trap '' HUP
LC_ALL=C
PATH=/usr/sbin:/usr/bin:/sbin:/bin:${PATH-}
R=${IMAGING_PROBE_ROOT-}
if [ -n "$R" ] && [ -d "$R/.tools" ]; then PATH=$R/.tools:$PATH; fi
export LC_ALL PATH
