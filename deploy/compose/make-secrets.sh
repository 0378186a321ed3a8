#!/bin/sh
# Make the passwords and keys of the compose installation, once: sh make-secrets.sh [FOLDER]   (./secrets by default)
#
# The folder lets only its owner in (0700); the files in it are readable (0444), for they are mounted into containers whose
# users have other numbers. What is there already stays. Nothing is printed but names.
set -eu
folder=${1:-$(dirname "$0")/secrets}
umask 077
mkdir -p "$folder"
chmod 700 "$folder"

drawn() { # $1 random bytes as hexadecimal digits
    od -An -N "$1" -v -t x1 /dev/urandom | tr -d ' \n'
}

put() { # name: standard input becomes the file, unless there is one
    if [ -e "$folder/$1" ]; then
        cat >/dev/null
        echo "$1: there already"
        return
    fi
    cat >"$folder/.$1.draft"
    chmod 444 "$folder/.$1.draft"
    mv "$folder/.$1.draft" "$folder/$1"
    echo "$1: made"
}

drawn 48 | put mongo_keyfile
drawn 24 | put mongo_root_password
drawn 24 | put mongo_huitang_password
drawn 24 | put redis_password
mongo=$(cat "$folder/mongo_huitang_password")
redis=$(cat "$folder/redis_password")
printf 'requirepass %s\n' "$redis" | put redis_auth.conf
put huitang.env <<END
HUITANG_MONGO_URL=mongodb://huitang:$mongo@mongo1:27017,mongo2:27017,mongo3:27017/?replicaSet=huitang&authSource=admin
HUITANG_REDIS_URL=redis://:$redis@redis:6379/0
END
