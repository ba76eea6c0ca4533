#compdef sealer-recover
# zsh completion of sealer-recover. Generated from its commands: see CONTRIBUTING.md.

_sealer-recover() {
  local command=
  local -a commands specs
  commands=(
    'export:Ask a chain node about sectors and write what recover needs to a metadata file'
    'recover:Recover from a metadata file; no chain node is needed'
    'parents:Build the parent cache of a sector size ahead of time, or verify it'
    'bench:Measure this machine for a minute and estimate what sectors take on it'
    'kernels:List the kernels this machine has, which are used, and why it lacks others'
    'commp:Compute the piece CIDs (CommP) and sizes of files'
    'pieces:List the pieces that sectors hold, and which of them are in the piece sources'
    'unseal:Take the raw data, or a piece of it, out of a sealed or updated sector or its unsealed copy'
    'survey:Check the files of sectors in storage paths and say what repairs them'
    'repair:Mend sectors in storage paths: make what is missing or damaged, from what is left'
    'heal:Survey sectors, mend those that need it in the order of their deadlines, verify them, and tell the miner'
    'verify:Prove that sectors in storage paths would pass window PoSt'
    'reconcile:Compare chain, lotus-miner'\''s or Curio'\''s index and storage paths; say where they disagree'
    'scrub:Read all sectors of storage paths bit by bit, a stretch a night, and remember what was seen'
    'diagnose:After a mismatch: say which causes are certain, possible or excluded, and what settles them'
    'commit1:Write the vanilla proofs (Commit 1) of a sector whose layers and trees were kept'
    'fleet:Have several machines work on one list of sectors, which is kept in a PostgreSQL database'
    'serve:Serve a page that shows a fleet, or the runs of this machine, in a browser'
    'doctor:Check all that a recovery needs on this machine and around it, and say what to do where something is wrong'
    'config:Print what options, environment and configuration files say, and where each value is from'
    'help:Tell the environment variables, the exit codes, or the options of a command'
  )

  # At the first word nothing is decided yet.
  ((CURRENT > 2)) && command=$words[2]
  case $command in
    export)
      specs=(
        '--miner=[The miner'\''s address, as f01000 (or t01000 on test networks; f2 and other forms work too)]:address: '
        '*--sectors=[Sector numbers\: 7, a list 1,2,5 or a range 3-40]:numbers: '
        '*--sector=[Sector numbers\: 7, a list 1,2,5 or a range 3-40]:numbers: '
        '--all[All of the miner'\''s sectors that are proven and have not ended]'
        '--faulty[All of the miner'\''s faulty sectors, as the chain node tells them]'
        '--deadline=[The miner'\''s sectors of one deadline, 0 to 47, or of the next one that can be met; commands that recover take its faulty sectors, others all of it]:number: '
        '*--lost-on=[All sectors that stood in a storage path that is lost, by its storage ID or URL, as Curio'\''s database or lotus-miner tell them]:storage: '
        '--sectors-recovery-metadata=[A metadata file that says how the sectors were sealed, to compare with the chain and to fill what the node has pruned]:file:_files'
        '--metadata=[A metadata file that says how the sectors were sealed, to compare with the chain and to fill what the node has pruned]:file:_files'
        '--api-info=[The chain node as token\:multiaddr or token\:url, several with commas; instead of FULLNODE_API_INFO]:info: '
        '--node-timeout=[How long to wait for one answer of the chain node, or of another source]:seconds: '
        '--archive-node=[A chain node that keeps old state, asked only what the other cannot answer]:info: '
        '--miner-api-info=[The lotus-miner that sealed the sectors, instead of MINER_API_INFO]:info: '
        '--curio-db=[The database of the Curio cluster that sealed the sectors, as postgres\://user@host/name, instead of CURIO_DB_HOST]:where: '
        '--damocles-state=[A file with the state of the sectors as damocles-manager'\''s API answers it, as JSON]:file:_files'
        '--ticket=[The ticket of the one sector named, 64 hexadecimal digits or base64]:ticket: '
        '--ticket-epoch=[The epoch of its ticket (SealRandEpoch), as `lotus-miner sectors status` shows it]:epoch: '
        '--seal-proof=[Its seal proof, 0 to 19 or by name]:proof: '
        '--sealed-cid=[Its SealedCID, bagboea4b5abc…; of a snapped sector, that of its key]:CID: '
        '--assume-zeros[Take a sector for one of zeros (CC) where nothing tells whether it was sealed over data]'
        '*--storage=[A storage path of Lotus or Curio]:folder:_files -/'
        '--output=[The file to write or to add to]:file:_files'
        '--concurrency=[Sectors looked up at once]:count: '
        '--anew[Ask everything again about sectors that the file has already, instead of only whether that is still right]'
        '--config=[A configuration file, which counts more than those in /etc/sealer-recover and ~/.config/sealer-recover]:file:_files'
        '--json[Print one JSON object a line on standard output\: events, then a final report]'
        '--verbose[Log requests to the chain node (without the token) and show failures in full, on standard error]'
        '-v[Log requests to the chain node (without the token) and show failures in full, on standard error]'
        '--help[Show this help]'
        '-h[Show this help]'
        '*:sectors: '
      )
      shift words
      ((CURRENT--))
      ;;
    recover)
      specs=(
        '*--sectors=[Sector numbers\: 7, a list 1,2,5 or a range 3-40]:numbers: '
        '*--sector=[Sector numbers\: 7, a list 1,2,5 or a range 3-40]:numbers: '
        '--faulty[All of the miner'\''s faulty sectors, as the chain node tells them]'
        '--deadline=[The miner'\''s sectors of one deadline, 0 to 47, or of the next one that can be met; commands that recover take its faulty sectors, others all of it]:number: '
        '*--lost-on=[All sectors that stood in a storage path that is lost, by its storage ID or URL, as Curio'\''s database or lotus-miner tell them]:storage: '
        '--sectors-recovery-metadata=[The file that export (or the original tool) wrote]:file:_files'
        '--metadata=[The file that export (or the original tool) wrote]:file:_files'
        '--api-info=[The chain node as token\:multiaddr or token\:url, several with commas; instead of FULLNODE_API_INFO]:info: '
        '--node-timeout=[How long to wait for one answer of the chain node, or of another source]:seconds: '
        '--miner-api-info=[The lotus-miner that sealed the sectors, instead of MINER_API_INFO]:info: '
        '--curio-db=[The database of the Curio cluster that sealed the sectors, as postgres\://user@host/name, instead of CURIO_DB_HOST]:where: '
        '--sealing-result=[Folder that receives sealed/ and cache/]:folder:_files -/'
        '--sealing-temp=[Folder for work in progress; a rerun goes on from what is there]:folder:_files -/'
        '*--piece-source=[Where pieces of sectors with data are\: a folder, any\:FOLDER for files of any name, an unsealed sector file, or an http(s) server of GET /piece/{cid}]:place:_files -/'
        '--metrics-file=[Write metrics of the run to this file for Prometheus'\'' node_exporter, every 15 seconds and at the end; its name has to end in .prom]:file:_files'
        '--parallel=[Sectors in PreCommit1 at once; each takes two sectors of memory]:count: '
        '--threads=[Threads for trees and parent caches]:count: '
        '--kernel=[Kernels to use instead of the fastest, as label=platform,poseidon=scalar; poseidon=opencl is every card, poseidon=opencl\:1 one OpenCL device; a name alone, as plain, counts wherever it exists; best for the fastest]:names: '
        '--rows-to-discard=[Rows of tree_r_last not stored; must be what the miner proves with]:rows: '
        '--keep-unsealed[Install the data of sectors that hold any as unsealed/ too, as Lotus and Curio keep it]'
        '--keep-all=-[Keep and install layers, tree_c and tree_d too, as they are after PreCommit2]::true|false:(false true)'
        '--force[Move a different file that stands where the result goes aside, instead of refusing]'
        '--ignore-resources[Start although memory, disk or open files seem too little]'
        '--config=[A configuration file, which counts more than those in /etc/sealer-recover and ~/.config/sealer-recover]:file:_files'
        '--json[Print one JSON object a line on standard output\: events, then a final report]'
        '--verbose[Log requests to the chain node (without the token) and show failures in full, on standard error]'
        '-v[Log requests to the chain node (without the token) and show failures in full, on standard error]'
        '--help[Show this help]'
        '-h[Show this help]'
        '*:sectors: '
      )
      shift words
      ((CURRENT--))
      ;;
    parents)
      specs=(
        '--sector-size=[2KiB, 8MiB, 512MiB, 32GiB or 64GiB]:size:(2KiB 32GiB 512MiB 64GiB 8MiB)'
        '--variant=[Which seal proof\: v1 (0-4), v1_1 (5-9), synthetic (10-14) or ni (15-19); each has its own graph]:name:(ni synthetic v1 v1_1)'
        '--threads=[Threads]:count: '
        '--kernel=[Kernels to use instead of the fastest, as label=platform,poseidon=scalar; poseidon=opencl is every card, poseidon=opencl\:1 one OpenCL device; a name alone, as plain, counts wherever it exists; best for the fastest]:names: '
        '--verify[Only check the file that is there, byte by byte; change nothing]'
        '--config=[A configuration file, which counts more than those in /etc/sealer-recover and ~/.config/sealer-recover]:file:_files'
        '--json[Print one JSON object a line on standard output\: events, then a final report]'
        '--verbose[Log requests to the chain node (without the token) and show failures in full, on standard error]'
        '-v[Log requests to the chain node (without the token) and show failures in full, on standard error]'
        '--help[Show this help]'
        '-h[Show this help]'
      )
      shift words
      ((CURRENT--))
      ;;
    bench)
      specs=(
        '--count=[Sectors to estimate beside one]:sectors: '
        '--sealing-temp=[Folder whose disk is measured with a file of 256 MiB that leaves nothing behind]:folder:_files -/'
        '--threads=[Cores the estimates count on]:count: '
        '--memory=[Memory the estimates count on]:GiB: '
        '--kernel=[Kernels to use instead of the fastest, as label=platform,poseidon=scalar; poseidon=opencl is every card, poseidon=opencl\:1 one OpenCL device; a name alone, as plain, counts wherever it exists; best for the fastest]:names: '
        '--config=[A configuration file, which counts more than those in /etc/sealer-recover and ~/.config/sealer-recover]:file:_files'
        '--json[Print one JSON object a line on standard output\: events, then a final report]'
        '--verbose[Log requests to the chain node (without the token) and show failures in full, on standard error]'
        '-v[Log requests to the chain node (without the token) and show failures in full, on standard error]'
        '--help[Show this help]'
        '-h[Show this help]'
      )
      shift words
      ((CURRENT--))
      ;;
    kernels)
      specs=(
        '--kernel=[Kernels to use instead of the fastest, as label=platform,poseidon=scalar; poseidon=opencl is every card, poseidon=opencl\:1 one OpenCL device; a name alone, as plain, counts wherever it exists; best for the fastest]:names: '
        '--config=[A configuration file, which counts more than those in /etc/sealer-recover and ~/.config/sealer-recover]:file:_files'
        '--json[Print one JSON object a line on standard output\: events, then a final report]'
        '--verbose[Log requests to the chain node (without the token) and show failures in full, on standard error]'
        '-v[Log requests to the chain node (without the token) and show failures in full, on standard error]'
        '--help[Show this help]'
        '-h[Show this help]'
      )
      shift words
      ((CURRENT--))
      ;;
    commp)
      specs=(
        '--padded-size=[Extend with zeros to a piece of this padded size, as 32GiB\: a power of two]:size: '
        '--threads=[Threads]:count: '
        '--kernel=[Kernels to use instead of the fastest, as label=platform,poseidon=scalar; poseidon=opencl is every card, poseidon=opencl\:1 one OpenCL device; a name alone, as plain, counts wherever it exists; best for the fastest]:names: '
        '--config=[A configuration file, which counts more than those in /etc/sealer-recover and ~/.config/sealer-recover]:file:_files'
        '--json[Print one JSON object a line on standard output\: events, then a final report]'
        '--verbose[Log requests to the chain node (without the token) and show failures in full, on standard error]'
        '-v[Log requests to the chain node (without the token) and show failures in full, on standard error]'
        '--help[Show this help]'
        '-h[Show this help]'
        '*:files:_files'
      )
      shift words
      ((CURRENT--))
      ;;
    pieces)
      specs=(
        '--miner=[The miner'\''s address, as f01000 (or t01000 on test networks; f2 and other forms work too)]:address: '
        '*--sectors=[Sector numbers\: 7, a list 1,2,5 or a range 3-40]:numbers: '
        '*--sector=[Sector numbers\: 7, a list 1,2,5 or a range 3-40]:numbers: '
        '--sectors-recovery-metadata=[The file that export wrote, instead of asking a chain node]:file:_files'
        '--metadata=[The file that export wrote, instead of asking a chain node]:file:_files'
        '--api-info=[The chain node as token\:multiaddr or token\:url, several with commas; instead of FULLNODE_API_INFO]:info: '
        '--node-timeout=[How long to wait for one answer of the chain node, or of another source]:seconds: '
        '--archive-node=[A chain node that keeps old state, asked only what the other cannot answer]:info: '
        '--miner-api-info=[The lotus-miner that sealed the sectors, instead of MINER_API_INFO]:info: '
        '--curio-db=[The database of the Curio cluster that sealed the sectors, as postgres\://user@host/name, instead of CURIO_DB_HOST]:where: '
        '--damocles-state=[A file with the state of the sectors as damocles-manager'\''s API answers it, as JSON]:file:_files'
        '--assume-zeros[Take a sector for one of zeros (CC) where nothing tells whether it was sealed over data]'
        '--sealing-temp=[Folder for work in progress, where an earlier run may have left pieces]:folder:_files -/'
        '*--piece-source=[Where pieces of sectors with data are\: a folder, any\:FOLDER for files of any name, an unsealed sector file, or an http(s) server of GET /piece/{cid}]:place:_files -/'
        '--config=[A configuration file, which counts more than those in /etc/sealer-recover and ~/.config/sealer-recover]:file:_files'
        '--json[Print one JSON object a line on standard output\: events, then a final report]'
        '--verbose[Log requests to the chain node (without the token) and show failures in full, on standard error]'
        '-v[Log requests to the chain node (without the token) and show failures in full, on standard error]'
        '--help[Show this help]'
        '-h[Show this help]'
        '*:sectors: '
      )
      shift words
      ((CURRENT--))
      ;;
    unseal)
      specs=(
        '--miner=[The miner'\''s address, as f01000 (or t01000 on test networks; f2 and other forms work too)]:address: '
        '*--sectors=[Sector numbers\: 7, a list 1,2,5 or a range 3-40]:numbers: '
        '*--sector=[Sector numbers\: 7, a list 1,2,5 or a range 3-40]:numbers: '
        '--sectors-recovery-metadata=[The file that export wrote, instead of asking a chain node]:file:_files'
        '--metadata=[The file that export wrote, instead of asking a chain node]:file:_files'
        '--piece=[The piece to get, by its CID of version 1 or 2]:cid: '
        '--pieces=[With --out\: a list of what to get, - for standard input\: a piece CID a line, or sector\:offset\:size in padded bytes]:file:_files'
        '--offset=[First padded byte to get, a multiple of 128]:bytes: '
        '--length=[Padded bytes to get, a multiple of 128]:bytes: '
        '--api-info=[The chain node as token\:multiaddr or token\:url, several with commas; instead of FULLNODE_API_INFO]:info: '
        '--node-timeout=[How long to wait for one answer of the chain node, or of another source]:seconds: '
        '--archive-node=[A chain node that keeps old state, asked only what the other cannot answer]:info: '
        '--miner-api-info=[The lotus-miner that sealed the sectors, instead of MINER_API_INFO]:info: '
        '--curio-db=[The database of the Curio cluster that sealed the sectors, as postgres\://user@host/name, instead of CURIO_DB_HOST]:where: '
        '--damocles-state=[A file with the state of the sectors as damocles-manager'\''s API answers it, as JSON]:file:_files'
        '--assume-zeros[Take a sector for one of zeros (CC) where nothing tells whether it was sealed over data]'
        '*--storage=[With --out\: a storage path of Lotus or Curio]:folder:_files -/'
        '--sealing-temp=[Folder for labels; a rerun goes on from what is there]:folder:_files -/'
        '--sealed=[The sealed file; for an update its key, which is made again if this is not given]:file:_files'
        '--cache=[The sealed file'\''s cache folder\: its p_aux is checked, and a last layer in it saves labelling]:folder:_files -/'
        '--update=[The updated file of a snapped sector]:file:_files'
        '--update-cache=[The update'\''s cache folder\: its p_aux is checked]:folder:_files -/'
        '--unsealed=[An unsealed copy, whole or in part, to take the data out of instead\: nothing is labelled]:file:_files'
        '--output=[The file of raw bytes to write]:file:_files'
        '--out=[A folder for pieces of many sectors, each under its CID, out of storage paths]:folder:_files -/'
        '--metrics-file=[Write metrics of the run to this file for Prometheus'\'' node_exporter, every 15 seconds and at the end; its name has to end in .prom]:file:_files'
        '--parallel=[With --out\: sectors labelled at once, at most]:count: '
        '--threads=[Threads]:count: '
        '--kernel=[Kernels to use instead of the fastest, as label=platform,poseidon=scalar; poseidon=opencl is every card, poseidon=opencl\:1 one OpenCL device; a name alone, as plain, counts wherever it exists; best for the fastest]:names: '
        '--keep-labels[Keep the last layer in --sealing-temp, for another part of the same sector]'
        '--ignore-resources[Start although memory or disk seem too little]'
        '--config=[A configuration file, which counts more than those in /etc/sealer-recover and ~/.config/sealer-recover]:file:_files'
        '--json[Print one JSON object a line on standard output\: events, then a final report]'
        '--verbose[Log requests to the chain node (without the token) and show failures in full, on standard error]'
        '-v[Log requests to the chain node (without the token) and show failures in full, on standard error]'
        '--help[Show this help]'
        '-h[Show this help]'
        '*:sectors: '
      )
      shift words
      ((CURRENT--))
      ;;
    survey)
      specs=(
        '--miner=[The miner'\''s address, as f01000 (or t01000 on test networks; f2 and other forms work too)]:address: '
        '*--sectors=[Sector numbers\: 7, a list 1,2,5 or a range 3-40]:numbers: '
        '*--sector=[Sector numbers\: 7, a list 1,2,5 or a range 3-40]:numbers: '
        '--faulty[All of the miner'\''s faulty sectors, as the chain node tells them]'
        '--deadline=[The miner'\''s sectors of one deadline, 0 to 47, or of the next one that can be met; commands that recover take its faulty sectors, others all of it]:number: '
        '*--lost-on=[All sectors that stood in a storage path that is lost, by its storage ID or URL, as Curio'\''s database or lotus-miner tell them]:storage: '
        '--sectors-recovery-metadata=[The file that export wrote, instead of asking a chain node]:file:_files'
        '--metadata=[The file that export wrote, instead of asking a chain node]:file:_files'
        '--sector-size=[The sectors'\'' size, as 32GiB, where neither a node nor a metadata file tells it]:size:(2KiB 32GiB 512MiB 64GiB 8MiB)'
        '--api-info=[The chain node as token\:multiaddr or token\:url, several with commas; instead of FULLNODE_API_INFO]:info: '
        '--node-timeout=[How long to wait for one answer of the chain node, or of another source]:seconds: '
        '--miner-api-info=[The lotus-miner that sealed the sectors, instead of MINER_API_INFO]:info: '
        '--curio-db=[The database of the Curio cluster that sealed the sectors, as postgres\://user@host/name, instead of CURIO_DB_HOST]:where: '
        '--offline[Ask no chain node\: files are then only compared with each other]'
        '*--storage=[A storage path of Lotus or Curio, or a result folder of recover\: what holds sealed/ and cache/]:folder:_files -/'
        '--report=[Write a page for browsers to this file, too\: a map of storage paths and sectors, how long they take to read, and a table]:file:_files'
        '--metrics-file=[Write metrics of the run to this file for Prometheus'\'' node_exporter, every 15 seconds and at the end; its name has to end in .prom]:file:_files'
        '--threads=[Threads]:count: '
        '--kernel=[Kernels to use instead of the fastest, as label=platform,poseidon=scalar; poseidon=opencl is every card, poseidon=opencl\:1 one OpenCL device; a name alone, as plain, counts wherever it exists; best for the fastest]:names: '
        '--rows-to-discard=[Rows of tree_r_last that the files lack, as this miner proves]:count: '
        '--deep[Read all of each replica and compare it with tree_r_last, and unsealed copies with CommD; says which byte ranges are bad]'
        '--sample=[With --deep\: compare only so many random stretches of each replica; 0 for all of it, which is the default]:count: '
        '--quick[Read only the upper rows of tree_r_last files\: seconds for hundreds of sectors]'
        '--slow=[A sector is slow if what a challenge or a reading asks for takes longer than this to read, as 2s or 500ms; with exit code 16 if there is one]:time: '
        '--config=[A configuration file, which counts more than those in /etc/sealer-recover and ~/.config/sealer-recover]:file:_files'
        '--json[Print one JSON object a line on standard output\: events, then a final report]'
        '--verbose[Log requests to the chain node (without the token) and show failures in full, on standard error]'
        '-v[Log requests to the chain node (without the token) and show failures in full, on standard error]'
        '--help[Show this help]'
        '-h[Show this help]'
        '*:sectors: '
      )
      shift words
      ((CURRENT--))
      ;;
    repair)
      specs=(
        '--miner=[The miner'\''s address, as f01000 (or t01000 on test networks; f2 and other forms work too)]:address: '
        '*--sectors=[Sector numbers\: 7, a list 1,2,5 or a range 3-40]:numbers: '
        '*--sector=[Sector numbers\: 7, a list 1,2,5 or a range 3-40]:numbers: '
        '--faulty[All of the miner'\''s faulty sectors, as the chain node tells them]'
        '--deadline=[The miner'\''s sectors of one deadline, 0 to 47, or of the next one that can be met; commands that recover take its faulty sectors, others all of it]:number: '
        '*--lost-on=[All sectors that stood in a storage path that is lost, by its storage ID or URL, as Curio'\''s database or lotus-miner tell them]:storage: '
        '--sectors-recovery-metadata=[The file that export wrote, instead of asking a chain node]:file:_files'
        '--metadata=[The file that export wrote, instead of asking a chain node]:file:_files'
        '--api-info=[The chain node as token\:multiaddr or token\:url, several with commas; instead of FULLNODE_API_INFO]:info: '
        '--node-timeout=[How long to wait for one answer of the chain node, or of another source]:seconds: '
        '--archive-node=[A chain node that keeps old state, asked only what the other cannot answer]:info: '
        '--miner-api-info=[The lotus-miner that sealed the sectors, instead of MINER_API_INFO]:info: '
        '--curio-db=[The database of the Curio cluster that sealed the sectors, as postgres\://user@host/name, instead of CURIO_DB_HOST]:where: '
        '--damocles-state=[A file with the state of the sectors as damocles-manager'\''s API answers it, as JSON]:file:_files'
        '--assume-zeros[Take a sector for one of zeros (CC) where nothing tells whether it was sealed over data]'
        '*--storage=[A storage path of Lotus or Curio, or a result folder of recover\: what holds sealed/ and cache/]:folder:_files -/'
        '--sealing-temp=[Folder for work in progress; a rerun goes on from what is there]:folder:_files -/'
        '*--piece-source=[Where pieces of sectors with data are\: a folder, any\:FOLDER for files of any name, an unsealed sector file, or an http(s) server of GET /piece/{cid}]:place:_files -/'
        '--metrics-file=[Write metrics of the run to this file for Prometheus'\'' node_exporter, every 15 seconds and at the end; its name has to end in .prom]:file:_files'
        '--parallel=[Sectors in PreCommit1 at once; each takes two sectors of memory]:count: '
        '--threads=[Threads for trees and parent caches]:count: '
        '--kernel=[Kernels to use instead of the fastest, as label=platform,poseidon=scalar; poseidon=opencl is every card, poseidon=opencl\:1 one OpenCL device; a name alone, as plain, counts wherever it exists; best for the fastest]:names: '
        '--rows-to-discard=[Rows of tree_r_last not stored; must be what the miner proves with]:rows: '
        '--survey=[What survey --json printed, as a file, or the scrub.db of scrub\: replicas that were found damaged, and that have not changed since, are not read again]:file:_files'
        '--dry-run[Say what would be made of what, and stop there]'
        '--ignore-resources[Start although memory, disk or open files seem too little]'
        '--config=[A configuration file, which counts more than those in /etc/sealer-recover and ~/.config/sealer-recover]:file:_files'
        '--json[Print one JSON object a line on standard output\: events, then a final report]'
        '--verbose[Log requests to the chain node (without the token) and show failures in full, on standard error]'
        '-v[Log requests to the chain node (without the token) and show failures in full, on standard error]'
        '--help[Show this help]'
        '-h[Show this help]'
        '*:sectors: '
      )
      shift words
      ((CURRENT--))
      ;;
    heal)
      specs=(
        '--miner=[The miner'\''s address, as f01000 (or t01000 on test networks; f2 and other forms work too)]:address: '
        '*--sectors=[Sector numbers\: 7, a list 1,2,5 or a range 3-40]:numbers: '
        '*--sector=[Sector numbers\: 7, a list 1,2,5 or a range 3-40]:numbers: '
        '--faulty[All of the miner'\''s faulty sectors, as the chain node tells them]'
        '--deadline=[The miner'\''s sectors of one deadline, 0 to 47, or of the next one that can be met; commands that recover take its faulty sectors, others all of it]:number: '
        '*--lost-on=[All sectors that stood in a storage path that is lost, by its storage ID or URL, as Curio'\''s database or lotus-miner tell them]:storage: '
        '--api-info=[The chain node as token\:multiaddr or token\:url, several with commas; instead of FULLNODE_API_INFO]:info: '
        '--node-timeout=[How long to wait for one answer of the chain node, or of another source]:seconds: '
        '--archive-node=[A chain node that keeps old state, asked only what the other cannot answer]:info: '
        '--miner-api-info=[The lotus-miner that sealed the sectors, instead of MINER_API_INFO]:info: '
        '--curio-db=[The database of the Curio cluster that sealed the sectors, as postgres\://user@host/name, instead of CURIO_DB_HOST]:where: '
        '--damocles-state=[A file with the state of the sectors as damocles-manager'\''s API answers it, as JSON]:file:_files'
        '--assume-zeros[Take a sector for one of zeros (CC) where nothing tells whether it was sealed over data]'
        '*--storage=[A storage path of Lotus or Curio, or a result folder of recover\: what holds sealed/ and cache/]:folder:_files -/'
        '--sealing-temp=[Folder for work in progress; a rerun goes on from what is there]:folder:_files -/'
        '*--piece-source=[Where pieces of sectors with data are\: a folder, any\:FOLDER for files of any name, an unsealed sector file, or an http(s) server of GET /piece/{cid}]:place:_files -/'
        '--metrics-file=[Write metrics of the run to this file for Prometheus'\'' node_exporter, every 15 seconds and at the end; its name has to end in .prom]:file:_files'
        '--parallel=[Sectors in PreCommit1 at once; each takes two sectors of memory]:count: '
        '--threads=[Threads for trees and parent caches]:count: '
        '--kernel=[Kernels to use instead of the fastest, as label=platform,poseidon=scalar; poseidon=opencl is every card, poseidon=opencl\:1 one OpenCL device; a name alone, as plain, counts wherever it exists; best for the fastest]:names: '
        '--rows-to-discard=[Rows of tree_r_last not stored; must be what the miner proves with]:rows: '
        '--survey=[What survey --json printed, as a file, or the scrub.db of scrub\: replicas that were found damaged, and that have not changed since, are not read again]:file:_files'
        '--dry-run[Say what would be done, and stop there]'
        '--yes[Do it without asking]'
        '-y[Do it without asking]'
        '--declare[Tell lotus-miner afterwards\: have it read its storage paths again, and declare that the faults are over]'
        '--wait-post[Wait until the sectors'\'' next window PoSt is on chain, and say whether their faults are over]'
        '--ignore-resources[Start although memory, disk or open files seem too little]'
        '--config=[A configuration file, which counts more than those in /etc/sealer-recover and ~/.config/sealer-recover]:file:_files'
        '--json[Print one JSON object a line on standard output\: events, then a final report]'
        '--verbose[Log requests to the chain node (without the token) and show failures in full, on standard error]'
        '-v[Log requests to the chain node (without the token) and show failures in full, on standard error]'
        '--help[Show this help]'
        '-h[Show this help]'
        '*:sectors: '
      )
      shift words
      ((CURRENT--))
      ;;
    verify)
      specs=(
        '--miner=[The miner'\''s address, as f01000 (or t01000 on test networks; f2 and other forms work too)]:address: '
        '*--sectors=[Sector numbers\: 7, a list 1,2,5 or a range 3-40]:numbers: '
        '*--sector=[Sector numbers\: 7, a list 1,2,5 or a range 3-40]:numbers: '
        '--faulty[All of the miner'\''s faulty sectors, as the chain node tells them]'
        '--deadline=[The miner'\''s sectors of one deadline, 0 to 47, or of the next one that can be met; commands that recover take its faulty sectors, others all of it]:number: '
        '*--lost-on=[All sectors that stood in a storage path that is lost, by its storage ID or URL, as Curio'\''s database or lotus-miner tell them]:storage: '
        '--sectors-recovery-metadata=[The file that export wrote, instead of asking a chain node]:file:_files'
        '--metadata=[The file that export wrote, instead of asking a chain node]:file:_files'
        '--sector-size=[The sectors'\'' size, as 32GiB, where neither a node nor a metadata file tells it]:size:(2KiB 32GiB 512MiB 64GiB 8MiB)'
        '--randomness=[What challenges are drawn from, 64 hexadecimal digits, to repeat an earlier run]:hex: '
        '--api-info=[The chain node as token\:multiaddr or token\:url, several with commas; instead of FULLNODE_API_INFO]:info: '
        '--node-timeout=[How long to wait for one answer of the chain node, or of another source]:seconds: '
        '--miner-api-info=[The lotus-miner that sealed the sectors, instead of MINER_API_INFO]:info: '
        '--curio-db=[The database of the Curio cluster that sealed the sectors, as postgres\://user@host/name, instead of CURIO_DB_HOST]:where: '
        '--offline[Ask no chain node\: files are then only compared with each other]'
        '*--storage=[A storage path of Lotus or Curio, or a result folder of recover\: what holds sealed/ and cache/]:folder:_files -/'
        '--report=[Write a page for browsers to this file, too\: a map of storage paths and sectors, how long they take to read, and a table]:file:_files'
        '--metrics-file=[Write metrics of the run to this file for Prometheus'\'' node_exporter, every 15 seconds and at the end; its name has to end in .prom]:file:_files'
        '--threads=[Threads]:count: '
        '--kernel=[Kernels to use instead of the fastest, as label=platform,poseidon=scalar; poseidon=opencl is every card, poseidon=opencl\:1 one OpenCL device; a name alone, as plain, counts wherever it exists; best for the fastest]:names: '
        '--rows-to-discard=[Rows of tree_r_last that the files lack, as this miner proves]:count: '
        '--full[Read all of each replica, too, make its tree_r_last and compare it with the files and with p_aux]'
        '--challenges=[Nodes to challenge; the first 10 are those of the network]:count: '
        '--slow=[A sector is slow if what a challenge or a reading asks for takes longer than this to read, as 2s or 500ms; with exit code 16 if there is one]:time: '
        '--config=[A configuration file, which counts more than those in /etc/sealer-recover and ~/.config/sealer-recover]:file:_files'
        '--json[Print one JSON object a line on standard output\: events, then a final report]'
        '--verbose[Log requests to the chain node (without the token) and show failures in full, on standard error]'
        '-v[Log requests to the chain node (without the token) and show failures in full, on standard error]'
        '--help[Show this help]'
        '-h[Show this help]'
        '*:sectors: '
      )
      shift words
      ((CURRENT--))
      ;;
    reconcile)
      specs=(
        '--miner=[The miner'\''s address, as f01000 (or t01000 on test networks; f2 and other forms work too)]:address: '
        '--api-info=[The chain node as token\:multiaddr or token\:url, several with commas; instead of FULLNODE_API_INFO]:info: '
        '--node-timeout=[How long to wait for one answer of the chain node, or of another source]:seconds: '
        '--miner-api-info=[The lotus-miner that sealed the sectors, instead of MINER_API_INFO]:info: '
        '--curio-db=[The database of the Curio cluster that sealed the sectors, as postgres\://user@host/name, instead of CURIO_DB_HOST]:where: '
        '--offline[Ask nobody over a network\: only what storage paths hold is looked at]'
        '*--storage=[A storage path of Lotus or Curio, or a result folder of recover\: what holds sealed/ and cache/]:folder:_files -/'
        '--csv=[A file to write what disagrees to, a row each]:file:_files'
        '--kernel=[Kernels to use instead of the fastest, as label=platform,poseidon=scalar; poseidon=opencl is every card, poseidon=opencl\:1 one OpenCL device; a name alone, as plain, counts wherever it exists; best for the fastest]:names: '
        '--config=[A configuration file, which counts more than those in /etc/sealer-recover and ~/.config/sealer-recover]:file:_files'
        '--json[Print one JSON object a line on standard output\: events, then a final report]'
        '--verbose[Log requests to the chain node (without the token) and show failures in full, on standard error]'
        '-v[Log requests to the chain node (without the token) and show failures in full, on standard error]'
        '--help[Show this help]'
        '-h[Show this help]'
      )
      shift words
      ((CURRENT--))
      ;;
    scrub)
      specs=(
        '--miner=[The miner'\''s address, as f01000 (or t01000 on test networks; f2 and other forms work too)]:address: '
        '--sectors-recovery-metadata=[The metadata file that is kept up to date beside, with comm_c and comm_r_last, as `sealer-recover export --storage` writes it]:file:_files'
        '--metadata=[The metadata file that is kept up to date beside, with comm_c and comm_r_last, as `sealer-recover export --storage` writes it]:file:_files'
        '--api-info=[The chain node as token\:multiaddr or token\:url, several with commas; instead of FULLNODE_API_INFO]:info: '
        '--node-timeout=[How long to wait for one answer of the chain node, or of another source]:seconds: '
        '--archive-node=[A chain node that keeps old state, asked only what the other cannot answer]:info: '
        '--miner-api-info=[The lotus-miner that sealed the sectors, instead of MINER_API_INFO]:info: '
        '--curio-db=[The database of the Curio cluster that sealed the sectors, as postgres\://user@host/name, instead of CURIO_DB_HOST]:where: '
        '--damocles-state=[A file with the state of the sectors as damocles-manager'\''s API answers it, as JSON]:file:_files'
        '--offline[Ask nobody\: files are compared with what the metadata file has, or with each other]'
        '--assume-zeros[Take a sector for one of zeros (CC) where nothing tells whether it was sealed over data]'
        '*--storage=[A storage path of Lotus or Curio, or a result folder of recover\: what holds sealed/ and cache/]:folder:_files -/'
        '--state=[Folder in which is remembered what was seen of each sector]:folder:_files -/'
        '--metrics-file=[Write metrics of the run to this file for Prometheus'\'' node_exporter, every 15 seconds and at the end; its name has to end in .prom]:file:_files'
        '--threads=[Threads]:count: '
        '--kernel=[Kernels to use instead of the fastest, as label=platform,poseidon=scalar; poseidon=opencl is every card, poseidon=opencl\:1 one OpenCL device; a name alone, as plain, counts wherever it exists; best for the fastest]:names: '
        '--rows-to-discard=[Rows of tree_r_last that the files lack, as this miner proves]:count: '
        '--rate=[Read no more than so much a second, as 200MiB, over all reading together]:bytes: '
        '--hours=[Read only between these hours of the local clock, as 1-6 or 22-4]:from-to: '
        '--again-after=[Look at a sector again when so long has passed, as 30d or 12h, or when its files were changed]:time: '
        '--status[Read nothing; say how far scrubbing is, what was found damaged, and when all will have been read]'
        '--config=[A configuration file, which counts more than those in /etc/sealer-recover and ~/.config/sealer-recover]:file:_files'
        '--json[Print one JSON object a line on standard output\: events, then a final report]'
        '--verbose[Log requests to the chain node (without the token) and show failures in full, on standard error]'
        '-v[Log requests to the chain node (without the token) and show failures in full, on standard error]'
        '--help[Show this help]'
        '-h[Show this help]'
      )
      shift words
      ((CURRENT--))
      ;;
    diagnose)
      specs=(
        '--miner=[The miner'\''s address, as f01000 (or t01000 on test networks; f2 and other forms work too)]:address: '
        '*--sectors=[Sector numbers\: 7, a list 1,2,5 or a range 3-40]:numbers: '
        '*--sector=[Sector numbers\: 7, a list 1,2,5 or a range 3-40]:numbers: '
        '--sectors-recovery-metadata=[The file that export wrote, instead of asking a chain node]:file:_files'
        '--metadata=[The file that export wrote, instead of asking a chain node]:file:_files'
        '--api-info=[The chain node as token\:multiaddr or token\:url, several with commas; instead of FULLNODE_API_INFO]:info: '
        '--node-timeout=[How long to wait for one answer of the chain node, or of another source]:seconds: '
        '--archive-node=[A chain node that keeps old state, asked only what the other cannot answer]:info: '
        '--miner-api-info=[The lotus-miner that sealed the sectors, instead of MINER_API_INFO]:info: '
        '--curio-db=[The database of the Curio cluster that sealed the sectors, as postgres\://user@host/name, instead of CURIO_DB_HOST]:where: '
        '--damocles-state=[A file with the state of the sectors as damocles-manager'\''s API answers it, as JSON]:file:_files'
        '--offline[Ask no chain node]'
        '--assume-zeros[Take a sector for one of zeros (CC) where nothing tells whether it was sealed over data]'
        '--sealing-temp=[The folder in which the mismatch was left]:folder:_files -/'
        '--sealed=[A sealed file to judge instead of the kept one]:file:_files'
        '--cache=[Its cache folder]:folder:_files -/'
        '--threads=[Threads]:count: '
        '--kernel=[Kernels to use instead of the fastest, as label=platform,poseidon=scalar; poseidon=opencl is every card, poseidon=opencl\:1 one OpenCL device; a name alone, as plain, counts wherever it exists; best for the fastest]:names: '
        '--rows-to-discard=[Rows that tree_r_last lacks, with --cache]:count: '
        '--quick[Read neither the replica nor the parent cache, only p_aux]'
        '--config=[A configuration file, which counts more than those in /etc/sealer-recover and ~/.config/sealer-recover]:file:_files'
        '--json[Print one JSON object a line on standard output\: events, then a final report]'
        '--verbose[Log requests to the chain node (without the token) and show failures in full, on standard error]'
        '-v[Log requests to the chain node (without the token) and show failures in full, on standard error]'
        '--help[Show this help]'
        '-h[Show this help]'
        '*:sectors: '
      )
      shift words
      ((CURRENT--))
      ;;
    commit1)
      specs=(
        '--miner=[The miner'\''s address, as f01000 (or t01000 on test networks; f2 and other forms work too)]:address: '
        '*--sectors=[Sector numbers\: 7, a list 1,2,5 or a range 3-40]:numbers: '
        '*--sector=[Sector numbers\: 7, a list 1,2,5 or a range 3-40]:numbers: '
        '--sectors-recovery-metadata=[The file that export wrote, instead of asking a chain node]:file:_files'
        '--metadata=[The file that export wrote, instead of asking a chain node]:file:_files'
        '--seed=[The interactive randomness, 64 hexadecimal digits]:hex: '
        '--api-info=[The chain node as token\:multiaddr or token\:url, several with commas; instead of FULLNODE_API_INFO]:info: '
        '--node-timeout=[How long to wait for one answer of the chain node, or of another source]:seconds: '
        '--archive-node=[A chain node that keeps old state, asked only what the other cannot answer]:info: '
        '--miner-api-info=[The lotus-miner that sealed the sectors, instead of MINER_API_INFO]:info: '
        '--curio-db=[The database of the Curio cluster that sealed the sectors, as postgres\://user@host/name, instead of CURIO_DB_HOST]:where: '
        '--damocles-state=[A file with the state of the sectors as damocles-manager'\''s API answers it, as JSON]:file:_files'
        '--assume-zeros[Take a sector for one of zeros (CC) where nothing tells whether it was sealed over data]'
        '--sealing-result=[The folder with sealed/ and cache/ of the sector]:folder:_files -/'
        '--sealed=[The sealed file, if it is elsewhere; of a snapped sector the key]:file:_files'
        '--cache=[Its cache folder with layers and all trees, if it is elsewhere]:folder:_files -/'
        '--output=[The file to write]:file:_files'
        '--threads=[Threads]:count: '
        '--kernel=[Kernels to use instead of the fastest, as label=platform,poseidon=scalar; poseidon=opencl is every card, poseidon=opencl\:1 one OpenCL device; a name alone, as plain, counts wherever it exists; best for the fastest]:names: '
        '--config=[A configuration file, which counts more than those in /etc/sealer-recover and ~/.config/sealer-recover]:file:_files'
        '--json[Print one JSON object a line on standard output\: events, then a final report]'
        '--verbose[Log requests to the chain node (without the token) and show failures in full, on standard error]'
        '-v[Log requests to the chain node (without the token) and show failures in full, on standard error]'
        '--help[Show this help]'
        '-h[Show this help]'
        '*:sectors: '
      )
      shift words
      ((CURRENT--))
      ;;
    fleet)
      specs=(
        '*--sectors=[Sector numbers\: 7, a list 1,2,5 or a range 3-40]:numbers: '
        '*--sector=[Sector numbers\: 7, a list 1,2,5 or a range 3-40]:numbers: '
        '--faulty[All of the miner'\''s faulty sectors, as the chain node tells them]'
        '--deadline=[The miner'\''s sectors of one deadline, 0 to 47, or of the next one that can be met; commands that recover take its faulty sectors, others all of it]:number: '
        '*--lost-on=[All sectors that stood in a storage path that is lost, by its storage ID or URL, as Curio'\''s database or lotus-miner tell them]:storage: '
        '--sectors-recovery-metadata=[The file that export (or the original tool) wrote]:file:_files'
        '--metadata=[The file that export (or the original tool) wrote]:file:_files'
        '--priority=[Sectors of a higher one go first]:number: '
        '--repair[Have the sectors mended in the storage paths of a worker, as repair does; else they are made anew, as recover does]'
        '--damaged[Only sectors that a check of the list found damaged]'
        '--check=[Have sectors looked at in the storage paths that --storage names, on a worker that has them\: survey, verify, or all for both]:survey|verify|all:(all survey verify)'
        '--fleet-db=[The PostgreSQL database of the fleet, as postgres\://user\:password@host/name]:where: '
        '--api-info=[The chain node as token\:multiaddr or token\:url, several with commas; instead of FULLNODE_API_INFO]:info: '
        '--node-timeout=[How long to wait for one answer of the chain node, or of another source]:seconds: '
        '--miner-api-info=[The lotus-miner that sealed the sectors, instead of MINER_API_INFO]:info: '
        '--curio-db=[The database of the Curio cluster that sealed the sectors, as postgres\://user@host/name, instead of CURIO_DB_HOST]:where: '
        '*--storage=[A storage path of this machine in which sectors are mended that were submitted with --repair, and looked at as --check asks; with --check of other actions, which are meant]:folder:_files -/'
        '--to=[The result folder or storage path, as workers name it, that the sectors go to\: a worker that has it makes them, or fetches them from one that has not]:folder:_files -/'
        '--sealing-result=[Folder that receives sealed/ and cache/]:folder:_files -/'
        '--sealing-temp=[Folder for work in progress; a rerun goes on from what is there]:folder:_files -/'
        '*--piece-source=[Where pieces of sectors with data are\: a folder, any\:FOLDER for files of any name, an unsealed sector file, or an http(s) server of GET /piece/{cid}]:place:_files -/'
        '--http=[With work\: where this machine serves the page of its fleet, too\: an address with a port]:address\:port: '
        '*--http-name=[A name that the page'\''s server is called by, beside localhost, this machine'\''s name and addresses; requests for others are not answered]:name: '
        '--http-cert=[A PEM file with the certificate of the page'\''s server, and those above it; then it speaks TLS]:file:_files'
        '--http-key=[A PEM file with the certificate'\''s key, if it is not in the same file]:file:_files'
        '--http-token-file=[A file with the token that actions need, and reading from other machines; at least 16 characters in one line]:file:_files'
        '--metrics-file=[Write metrics of the run to this file for Prometheus'\'' node_exporter, every 15 seconds and at the end; its name has to end in .prom]:file:_files'
        '--worker=[What the fleet calls this machine; with drain, which is meant]:name: '
        '--give-back-after=[After how long without a sign of life of a machine this one begins anew what that has layers of]:seconds: '
        '--silent-after=[After how long without a sign of life a machine counts as gone]:seconds: '
        '--parallel=[Sectors in PreCommit1 at once; each takes two sectors of memory]:count: '
        '--threads=[Threads for trees and parent caches]:count: '
        '--kernel=[Kernels to use instead of the fastest, as label=platform,poseidon=scalar; poseidon=opencl is every card, poseidon=opencl\:1 one OpenCL device; a name alone, as plain, counts wherever it exists; best for the fastest]:names: '
        '--rows-to-discard=[Rows of tree_r_last not stored; must be what the miner proves with]:rows: '
        '--keep-unsealed[Install the data of sectors that hold any as unsealed/ too, as Lotus and Curio keep it]'
        '--keep-all=-[Keep and install layers, tree_c and tree_d too, as they are after PreCommit2]::true|false:(false true)'
        '--deep[Read all of each replica and compare it with tree_r_last, and unsealed copies with CommD; says which byte ranges are bad]'
        '--sample=[With --deep\: compare only so many random stretches of each replica; 0 for all of it, which is the default]:count: '
        '--quick[Read only the upper rows of tree_r_last files\: seconds for hundreds of sectors]'
        '--force[Move a different file that stands where the result goes aside, instead of refusing]'
        '--ignore-resources[Start although memory, disk or open files seem too little]'
        '--config=[A configuration file, which counts more than those in /etc/sealer-recover and ~/.config/sealer-recover]:file:_files'
        '--json[Print one JSON object a line on standard output\: events, then a final report]'
        '--verbose[Log requests to the chain node (without the token) and show failures in full, on standard error]'
        '-v[Log requests to the chain node (without the token) and show failures in full, on standard error]'
        '--help[Show this help]'
        '-h[Show this help]'
        '*:action:(cancel drain init pause prefer resume retry status submit work)'
      )
      shift words
      ((CURRENT--))
      ;;
    serve)
      specs=(
        '--fleet-db=[The PostgreSQL database of the fleet, as postgres\://user\:password@host/name]:where: '
        '--sealing-temp=[Where no fleet is named\: the folder of temporary files of this machine'\''s runs, which are shown]:folder:_files -/'
        '--http=[Where the page is served\: an address with a port]:address\:port: '
        '*--http-name=[A name that the page'\''s server is called by, beside localhost, this machine'\''s name and addresses; requests for others are not answered]:name: '
        '--http-cert=[A PEM file with the certificate of the page'\''s server, and those above it; then it speaks TLS]:file:_files'
        '--http-key=[A PEM file with the certificate'\''s key, if it is not in the same file]:file:_files'
        '--http-token-file=[A file with the token that actions need, and reading from other machines; at least 16 characters in one line]:file:_files'
        '--silent-after=[After how long without a sign of life a machine counts as gone]:seconds: '
        '--config=[A configuration file, which counts more than those in /etc/sealer-recover and ~/.config/sealer-recover]:file:_files'
        '--json[Print one JSON object a line on standard output\: events, then a final report]'
        '--verbose[Log requests to the chain node (without the token) and show failures in full, on standard error]'
        '-v[Log requests to the chain node (without the token) and show failures in full, on standard error]'
        '--help[Show this help]'
        '-h[Show this help]'
      )
      shift words
      ((CURRENT--))
      ;;
    doctor)
      specs=(
        '--miner=[The miner'\''s address, as f01000 (or t01000 on test networks; f2 and other forms work too)]:address: '
        '--sector-size=[Sectors of which size shall be recovered here]:size: '
        '--api-info=[The chain node as token\:multiaddr or token\:url, several with commas; instead of FULLNODE_API_INFO]:info: '
        '--node-timeout=[How long to wait for one answer of the chain node, or of another source]:seconds: '
        '--archive-node=[A chain node that keeps old state, asked only what the other cannot answer]:info: '
        '--miner-api-info=[The lotus-miner that sealed the sectors, instead of MINER_API_INFO]:info: '
        '--curio-db=[The database of the Curio cluster that sealed the sectors, as postgres\://user@host/name, instead of CURIO_DB_HOST]:where: '
        '*--storage=[A storage path of Lotus or Curio, or a result folder of recover\: what holds sealed/ and cache/]:folder:_files -/'
        '--sealing-result=[Folder that receives sealed/ and cache/]:folder:_files -/'
        '--sealing-temp=[Folder for work in progress; a rerun goes on from what is there]:folder:_files -/'
        '--kernel=[Kernels to use instead of the fastest, as label=platform,poseidon=scalar; poseidon=opencl is every card, poseidon=opencl\:1 one OpenCL device; a name alone, as plain, counts wherever it exists; best for the fastest]:names: '
        '--config=[A configuration file, which counts more than those in /etc/sealer-recover and ~/.config/sealer-recover]:file:_files'
        '--json[Print one JSON object a line on standard output\: events, then a final report]'
        '--verbose[Log requests to the chain node (without the token) and show failures in full, on standard error]'
        '-v[Log requests to the chain node (without the token) and show failures in full, on standard error]'
        '--help[Show this help]'
        '-h[Show this help]'
      )
      shift words
      ((CURRENT--))
      ;;
    config)
      specs=(
        '--config=[A configuration file, which counts more than those in /etc/sealer-recover and ~/.config/sealer-recover]:file:_files'
        '--json[Print one JSON object a line on standard output\: events, then a final report]'
        '--verbose[Log requests to the chain node (without the token) and show failures in full, on standard error]'
        '-v[Log requests to the chain node (without the token) and show failures in full, on standard error]'
        '--help[Show this help]'
        '-h[Show this help]'
      )
      shift words
      ((CURRENT--))
      ;;
    help)
      specs=(
        '--help[Show this help]'
        '-h[Show this help]'
        '*:topic:(bench commit1 commp config diagnose doctor environment exit-codes export fleet heal kernels options parents pieces reconcile recover repair scrub serve survey unseal verify)'
      )
      shift words
      ((CURRENT--))
      ;;
    *)
      specs=(
        '--miner=[The miner'\''s address, as f01000 (or t01000 on test networks; f2 and other forms work too)]:address: '
        '*--sectors=[Sector numbers\: 7, a list 1,2,5 or a range 3-40]:numbers: '
        '*--sector=[Sector numbers\: 7, a list 1,2,5 or a range 3-40]:numbers: '
        '--faulty[All of the miner'\''s faulty sectors, as the chain node tells them]'
        '--deadline=[The miner'\''s sectors of one deadline, 0 to 47, or of the next one that can be met; commands that recover take its faulty sectors, others all of it]:number: '
        '*--lost-on=[All sectors that stood in a storage path that is lost, by its storage ID or URL, as Curio'\''s database or lotus-miner tell them]:storage: '
        '--sectors-recovery-metadata=[A metadata file that says how the sectors were sealed, to compare with the chain and to fill what the node has pruned]:file:_files'
        '--metadata=[A metadata file that says how the sectors were sealed, to compare with the chain and to fill what the node has pruned]:file:_files'
        '--api-info=[The chain node as token\:multiaddr or token\:url, several with commas; instead of FULLNODE_API_INFO]:info: '
        '--node-timeout=[How long to wait for one answer of the chain node, or of another source]:seconds: '
        '--archive-node=[A chain node that keeps old state, asked only what the other cannot answer]:info: '
        '--miner-api-info=[The lotus-miner that sealed the sectors, instead of MINER_API_INFO]:info: '
        '--curio-db=[The database of the Curio cluster that sealed the sectors, as postgres\://user@host/name, instead of CURIO_DB_HOST]:where: '
        '--damocles-state=[A file with the state of the sectors as damocles-manager'\''s API answers it, as JSON]:file:_files'
        '--ticket=[The ticket of the one sector named, 64 hexadecimal digits or base64]:ticket: '
        '--ticket-epoch=[The epoch of its ticket (SealRandEpoch), as `lotus-miner sectors status` shows it]:epoch: '
        '--seal-proof=[Its seal proof, 0 to 19 or by name]:proof: '
        '--sealed-cid=[Its SealedCID, bagboea4b5abc…; of a snapped sector, that of its key]:CID: '
        '--assume-zeros[Take a sector for one of zeros (CC) where nothing tells whether it was sealed over data]'
        '--sealing-result=[Folder that receives sealed/ and cache/]:folder:_files -/'
        '--sealing-temp=[Folder for work in progress; a rerun goes on from what is there]:folder:_files -/'
        '*--piece-source=[Where pieces of sectors with data are\: a folder, any\:FOLDER for files of any name, an unsealed sector file, or an http(s) server of GET /piece/{cid}]:place:_files -/'
        '--metrics-file=[Write metrics of the run to this file for Prometheus'\'' node_exporter, every 15 seconds and at the end; its name has to end in .prom]:file:_files'
        '--parallel=[Sectors in PreCommit1 at once; each takes two sectors of memory]:count: '
        '--threads=[Threads for trees and parent caches]:count: '
        '--kernel=[Kernels to use instead of the fastest, as label=platform,poseidon=scalar; poseidon=opencl is every card, poseidon=opencl\:1 one OpenCL device; a name alone, as plain, counts wherever it exists; best for the fastest]:names: '
        '--rows-to-discard=[Rows of tree_r_last not stored; must be what the miner proves with]:rows: '
        '--keep-unsealed[Install the data of sectors that hold any as unsealed/ too, as Lotus and Curio keep it]'
        '--keep-all=-[Keep and install layers, tree_c and tree_d too, as they are after PreCommit2]::true|false:(false true)'
        '--force[Move a different file that stands where the result goes aside, instead of refusing]'
        '--ignore-resources[Start although memory, disk or open files seem too little]'
        '--config=[A configuration file, which counts more than those in /etc/sealer-recover and ~/.config/sealer-recover]:file:_files'
        '--json[Print one JSON object a line on standard output\: events, then a final report]'
        '--verbose[Log requests to the chain node (without the token) and show failures in full, on standard error]'
        '-v[Log requests to the chain node (without the token) and show failures in full, on standard error]'
        '--version[Show the version]'
        '--help[Show this help]'
        '-h[Show this help]'
        '1:command:{_describe -t commands command commands}'
      )
      ;;
  esac
  _arguments -S : $specs
}

_sealer-recover "$@"
