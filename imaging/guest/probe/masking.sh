# For awk: mask(TEXT) without passwords in addresses (//user:...@host, user:...@host) and in options (password=...,
# user=name%...), and unescaped(TEXT) of mountinfo and fstab, with byte 1 for a line end. `report.masking` masks once
# more, in the same way.
mask_awk='
function hide(s, expression, mark, kept,    out, low, found) {
    low = tolower(s)
    while (match(low, expression)) {
        found = substr(s, RSTART, RLENGTH)
        out = out substr(s, 1, RSTART - 1) substr(found, 1, index(found, mark) + length(mark) - 1) "***"
        s = kept substr(s, RSTART + RLENGTH)
        low = kept substr(low, RSTART + RLENGTH)
    }
    return out s
}
function mask(s) {
    s = hide(s, "//[^/ \t,:@]*:[^/ \t]*@", ":", "@")
    s = hide(s, "https?://[^/ \t:@]+@", "//", "@")
    s = hide(s, "(^|[ \t,=;(\"\047])[^ \t,/:@=;(\"\047]+:[^ \t,/@][^ \t,@]*@", ":", "@")
    s = hide(s, "user(name)?=[^,%: \t]*%([^, \t]|,,)+", "%", "")
    s = hide(s, "user(name)?=[^,%: \t]*:([^, \t]|,,)+", ":", "")
    s = hide(s, "(pass(word2?|wd|phrase)?|pwd?|psk|sas|secret(_?key)?|token|set_credential(_binary)?" \
        "|(account|shared|access|api|private)[_-]?key)=([^, \t]|,,)+", "=", "")
    return hide(s, "key=[^/, \t]([^, \t]|,,)*", "=", "")
}
function unescaped(s,    out, code) {
    while (match(s, /\\[0-7][0-7][0-7]/)) {
        code = substr(s, RSTART + 1, 1) * 64 + substr(s, RSTART + 2, 1) * 8 + substr(s, RSTART + 3, 1)
        out = out substr(s, 1, RSTART - 1) (code == 10 ? "\001" : sprintf("%c", code))
        s = substr(s, RSTART + 4)
    }
    return out s
}
'

# masked: its input without what is between :// and @ in addresses, without values behind their question mark, and
# without parts of their paths that are long hexadecimal numbers: with some sellers these let a customer in.
masked() {
    sed -e 's,://[^ @]*@,://***@,g' -e 's,\([?&][^ =&]*=\)[^ &]*,\1***,g' \
        -e 's,\(/[^ ]*\)/[0-9A-Fa-f]\{24\}[0-9A-Fa-f]*\(/\| \|$\),\1/***\2,g'
}
