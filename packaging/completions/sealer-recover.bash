# bash completion of sealer-recover. Generated from its commands: see CONTRIBUTING.md.

_sealer_recover()
{
    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command="" option="" assigned="" written="" takes=""
    local -a names=() words=()
    COMPREPLY=()

    # Where = is one of COMP_WORDBREAKS, --option=value arrives as three words, otherwise as one.
    if [[ $current == = ]]; then
        option=$before assigned=yes current=""
    elif [[ $before == = ]]; then
        option=${COMP_WORDS[COMP_CWORD - 2]} assigned=yes
    elif [[ $current == --*=* ]]; then
        option=${current%%=*} assigned=yes written=${current%%=*}= current=${current#*=}
    elif [[ $before == --* ]]; then
        option=$before
    fi

    if ((COMP_CWORD > 1)); then
        case ${COMP_WORDS[1]} in
            export|recover|parents|bench|kernels|commp|pieces|unseal|survey|repair|heal|verify|reconcile|scrub|diagnose|commit1|fleet|serve|doctor|config|help) command=${COMP_WORDS[1]} ;;
        esac
    fi

    case "$command $option" in
        *' --miner' | *' --sectors' | *' --sector' | *' --deadline' | *' --lost-on' | *' --api-info' | *' --node-timeout' | *' --archive-node' | *' --miner-api-info' | *' --curio-db' | *' --ticket' | *' --ticket-epoch' | *' --seal-proof' | *' --sealed-cid' | *' --parallel' | *' --threads' | *' --kernel' | *' --rows-to-discard' | *' --concurrency' | 'doctor --sector-size' | *' --count' | *' --memory' | *' --padded-size' | *' --piece' | *' --offset' | *' --length' | *' --sample' | *' --slow' | *' --randomness' | *' --challenges' | *' --rate' | *' --hours' | *' --again-after' | *' --seed' | *' --priority' | *' --fleet-db' | *' --http' | *' --http-name' | *' --worker' | *' --give-back-after' | *' --silent-after') takes=value ;;
        *' --sectors-recovery-metadata' | *' --metadata' | *' --damocles-state' | *' --metrics-file' | *' --config' | *' --output' | *' --pieces' | *' --sealed' | *' --update' | *' --unsealed' | *' --report' | *' --survey' | *' --csv' | *' --http-cert' | *' --http-key' | *' --http-token-file') takes=file ;;
        *' --sealing-result' | *' --sealing-temp' | *' --piece-source' | *' --storage' | *' --cache' | *' --update-cache' | *' --out' | *' --state' | *' --to') takes=folder ;;
        *' --keep-all') [[ -z $assigned ]] || takes=word words=(false true) ;;
        'parents --sector-size' | 'survey --sector-size' | 'verify --sector-size') takes=word words=(2KiB 32GiB 512MiB 64GiB 8MiB) ;;
        *' --variant') takes=word words=(ni synthetic v1 v1_1) ;;
        *' --check') takes=word words=(all survey verify) ;;
        *) takes=${assigned:+value} ;;
    esac

    if [[ -z $takes ]]; then
        case $command in
            "") names=(--miner= --sectors= --sector= --faulty --deadline= --lost-on= --sectors-recovery-metadata= --metadata= --api-info= --node-timeout= --archive-node= --miner-api-info= --curio-db= --damocles-state= --ticket= --ticket-epoch= --seal-proof= --sealed-cid= --assume-zeros --sealing-result= --sealing-temp= --piece-source= --metrics-file= --parallel= --threads= --kernel= --rows-to-discard= --keep-unsealed --keep-all --force --ignore-resources --config= --json --verbose --version --help) ;;
            export) names=(--miner= --sectors= --sector= --all --faulty --deadline= --lost-on= --sectors-recovery-metadata= --metadata= --api-info= --node-timeout= --archive-node= --miner-api-info= --curio-db= --damocles-state= --ticket= --ticket-epoch= --seal-proof= --sealed-cid= --assume-zeros --storage= --output= --concurrency= --anew --config= --json --verbose --help) ;;
            recover) names=(--sectors= --sector= --faulty --deadline= --lost-on= --sectors-recovery-metadata= --metadata= --api-info= --node-timeout= --miner-api-info= --curio-db= --sealing-result= --sealing-temp= --piece-source= --metrics-file= --parallel= --threads= --kernel= --rows-to-discard= --keep-unsealed --keep-all --force --ignore-resources --config= --json --verbose --help) ;;
            parents) names=(--sector-size= --variant= --threads= --kernel= --verify --config= --json --verbose --help) ;;
            bench) names=(--count= --sealing-temp= --threads= --memory= --kernel= --config= --json --verbose --help) ;;
            kernels) names=(--kernel= --config= --json --verbose --help) ;;
            commp) names=(--padded-size= --threads= --kernel= --config= --json --verbose --help) takes=file ;;
            pieces) names=(--miner= --sectors= --sector= --sectors-recovery-metadata= --metadata= --api-info= --node-timeout= --archive-node= --miner-api-info= --curio-db= --damocles-state= --assume-zeros --sealing-temp= --piece-source= --config= --json --verbose --help) ;;
            unseal) names=(--miner= --sectors= --sector= --sectors-recovery-metadata= --metadata= --piece= --pieces= --offset= --length= --api-info= --node-timeout= --archive-node= --miner-api-info= --curio-db= --damocles-state= --assume-zeros --storage= --sealing-temp= --sealed= --cache= --update= --update-cache= --unsealed= --output= --out= --metrics-file= --parallel= --threads= --kernel= --keep-labels --ignore-resources --config= --json --verbose --help) ;;
            survey) names=(--miner= --sectors= --sector= --faulty --deadline= --lost-on= --sectors-recovery-metadata= --metadata= --sector-size= --api-info= --node-timeout= --miner-api-info= --curio-db= --offline --storage= --report= --metrics-file= --threads= --kernel= --rows-to-discard= --deep --sample= --quick --slow= --config= --json --verbose --help) ;;
            repair) names=(--miner= --sectors= --sector= --faulty --deadline= --lost-on= --sectors-recovery-metadata= --metadata= --api-info= --node-timeout= --archive-node= --miner-api-info= --curio-db= --damocles-state= --assume-zeros --storage= --sealing-temp= --piece-source= --metrics-file= --parallel= --threads= --kernel= --rows-to-discard= --survey= --dry-run --ignore-resources --config= --json --verbose --help) ;;
            heal) names=(--miner= --sectors= --sector= --faulty --deadline= --lost-on= --api-info= --node-timeout= --archive-node= --miner-api-info= --curio-db= --damocles-state= --assume-zeros --storage= --sealing-temp= --piece-source= --metrics-file= --parallel= --threads= --kernel= --rows-to-discard= --survey= --dry-run --yes --declare --wait-post --ignore-resources --config= --json --verbose --help) ;;
            verify) names=(--miner= --sectors= --sector= --faulty --deadline= --lost-on= --sectors-recovery-metadata= --metadata= --sector-size= --randomness= --api-info= --node-timeout= --miner-api-info= --curio-db= --offline --storage= --report= --metrics-file= --threads= --kernel= --rows-to-discard= --full --challenges= --slow= --config= --json --verbose --help) ;;
            reconcile) names=(--miner= --api-info= --node-timeout= --miner-api-info= --curio-db= --offline --storage= --csv= --kernel= --config= --json --verbose --help) ;;
            scrub) names=(--miner= --sectors-recovery-metadata= --metadata= --api-info= --node-timeout= --archive-node= --miner-api-info= --curio-db= --damocles-state= --offline --assume-zeros --storage= --state= --metrics-file= --threads= --kernel= --rows-to-discard= --rate= --hours= --again-after= --status --config= --json --verbose --help) ;;
            diagnose) names=(--miner= --sectors= --sector= --sectors-recovery-metadata= --metadata= --api-info= --node-timeout= --archive-node= --miner-api-info= --curio-db= --damocles-state= --offline --assume-zeros --sealing-temp= --sealed= --cache= --threads= --kernel= --rows-to-discard= --quick --config= --json --verbose --help) ;;
            commit1) names=(--miner= --sectors= --sector= --sectors-recovery-metadata= --metadata= --seed= --api-info= --node-timeout= --archive-node= --miner-api-info= --curio-db= --damocles-state= --assume-zeros --sealing-result= --sealed= --cache= --output= --threads= --kernel= --config= --json --verbose --help) ;;
            fleet) names=(--sectors= --sector= --faulty --deadline= --lost-on= --sectors-recovery-metadata= --metadata= --priority= --repair --damaged --check= --fleet-db= --api-info= --node-timeout= --miner-api-info= --curio-db= --storage= --to= --sealing-result= --sealing-temp= --piece-source= --http= --http-name= --http-cert= --http-key= --http-token-file= --metrics-file= --worker= --give-back-after= --silent-after= --parallel= --threads= --kernel= --rows-to-discard= --keep-unsealed --keep-all --deep --sample= --quick --force --ignore-resources --config= --json --verbose --help) takes=word words=(cancel drain init pause prefer resume retry status submit work) ;;
            serve) names=(--fleet-db= --sealing-temp= --http= --http-name= --http-cert= --http-key= --http-token-file= --silent-after= --config= --json --verbose --help) ;;
            doctor) names=(--miner= --sector-size= --api-info= --node-timeout= --archive-node= --miner-api-info= --curio-db= --storage= --sealing-result= --sealing-temp= --kernel= --config= --json --verbose --help) ;;
            config) names=(--config= --json --verbose --help) ;;
            help) names=(--help) takes=word words=(bench commit1 commp config diagnose doctor environment exit-codes export fleet heal kernels options parents pieces reconcile recover repair scrub serve survey unseal verify) ;;
        esac
        if ((COMP_CWORD == 1)); then
            takes=word words=(export recover parents bench kernels commp pieces unseal survey repair heal verify reconcile scrub diagnose commit1 fleet serve doctor config help)
        fi
        [[ $current != -* ]] || takes=word words=("${names[@]}")
    fi

    case $takes in
        word) mapfile -t COMPREPLY < <(IFS=$'\n' && compgen -W "${words[*]}" -- "$current") ;;
        file) mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
        folder) mapfile -t COMPREPLY < <(compgen -d -- "$current") ;;
    esac
    if [[ $takes == file || $takes == folder ]]; then
        compopt -o filenames 2> /dev/null
    elif [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then
        compopt -o nospace 2> /dev/null
    fi
    [[ -z $written ]] || COMPREPLY=("${COMPREPLY[@]/#/$written}")
}

complete -F _sealer_recover sealer-recover
