# Shared by check.sh and terraform-cycle.sh: where things are, and the two tools they need.
# shellcheck shell=bash
terraform_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
project_dir=$(cd "$terraform_dir/../.." && pwd)
case ${VAR:-var} in
  /*) state_dir=$VAR ;;
  *) state_dir=$project_dir/${VAR:-var} ;;
esac

die() {
  echo "$*" >&2
  exit 1
}

need() {
  local tool
  for tool in "$@"; do
    command -v "$tool" >/dev/null || die "$tool is not installed; ops/terraform needs it."
  done
}

# python_environment NAME REQUIREMENTS: prints the folder of a virtual environment that holds exactly
# the locked requirements; made on first use and again when the lock changes.
python_environment() {
  local folder=$state_dir/venvs/$1 lock=$2
  if ! cmp -s "$lock" "$folder/installed.txt"; then
    rm -rf "$folder"
    mkdir -p "$state_dir/venvs"
    python3 -m venv "$folder" >&2
    "$folder/bin/pip" install -qq --require-hashes --requirement "$lock" >&2
    cp "$lock" "$folder/installed.txt"
  fi
  echo "$folder"
}

# holds_aws_provider FOLDER: is it a filesystem mirror with the one provider this code uses?
holds_aws_provider() {
  [ -n "$1" ] && [ -d "$1/registry.terraform.io/hashicorp/aws" ]
}

# provider_mirror: prints the first mirror found, nothing when there is none.
provider_mirror() {
  local folder
  for folder in "${TF_PLUGIN_MIRROR:-}" \
    "$HOME/.terraform.d/plugins" "${XDG_DATA_HOME:-$HOME/.local/share}/terraform/plugins" \
    /usr/local/share/terraform/plugins /usr/share/terraform/plugins /opt/*; do
    if holds_aws_provider "$folder"; then
      echo "$folder"
      return
    fi
  done
}

# use_provider_mirror FOLDER: points Terraform at the mirror through a CLI configuration in FOLDER.
# The registry is excluded for the mirrored provider, or init would ask it all the same.
use_provider_mirror() {
  local mirror
  mirror=$(provider_mirror)
  if [ -z "$mirror" ]; then
    unset TF_CLI_CONFIG_FILE
    return
  fi
  cat >"$1/terraform.rc" <<EOF
provider_installation {
  filesystem_mirror {
    path    = "$mirror"
    include = ["registry.terraform.io/hashicorp/aws"]
  }
  direct {
    exclude = ["registry.terraform.io/hashicorp/aws"]
  }
}
EOF
  export TF_CLI_CONFIG_FILE=$1/terraform.rc
}
