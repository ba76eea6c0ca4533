# A recovery as a Nomad job that goes on after crashes and restarts of its client, and ends where trying again helps nothing.
#
#   nomad job run -var=node=node7 -var=metadata=/shared/sectors-recovery-f01000.json recover.nomad.hcl
#
# Nomad starts again whatever failed, whatever its code. So run-until-final.sh does that for codes for which it helps, and what it ends with is final:
# the job fails with that code, and `nomad alloc status` shows it.

variable "node" {
  type        = string
  description = "The client that has the disk for sealing: what is begun lies there."
}

variable "metadata" {
  type = string
}

variable "sealing_result" {
  type    = string
  default = "/sector"
}

variable "sealing_temp" {
  type        = string
  default     = "/nvme/temp"
  description = "On the client, and the same each time."
}

job "sealer-recover" {
  type = "batch"

  constraint {
    attribute = "${node.unique.name}"
    value     = var.node
  }

  group "recover" {
    # Neither here nor elsewhere: see above.
    restart {
      attempts = 0
      mode     = "fail"
    }

    reschedule {
      attempts  = 0
      unlimited = false
    }

    task "recover" {
      # Host paths as they are; the client has to allow the driver. The program and run-until-final.sh come with the package.
      driver = "raw_exec"
      user   = "root"

      config {
        command = "/usr/share/doc/sealer-recover/examples/run-until-final.sh"
        args = [
          "sealer-recover", "recover",
          "--metadata=${var.metadata}",
          "--sealing-result=${var.sealing_result}",
          "--sealing-temp=${var.sealing_temp}",
        ]
      }

      # It stops within two seconds and keeps what is finished.
      kill_signal  = "SIGTERM"
      kill_timeout = "60s"

      # For one sector of 32GiB at a time: docs/schedulers.md has the others.
      resources {
        cores  = 8
        memory = 81920
      }

      logs {
        max_files     = 5
        max_file_size = 20
      }
    }
  }
}
