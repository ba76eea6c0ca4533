using BenchmarkDotNet.Running;
using Filecoin.Benchmarks;
using Filecoin.Benchmarks.Bounds;
using Filecoin.Benchmarks.Kernels;
using Filecoin.Benchmarks.Steps;

// docs/performance.md says which of these made which table.
switch (args.FirstOrDefault())
{
    case "steps":
        return StepBenchmark.Run(new Options(args.AsSpan(1), "size", "layers", "runs", "threads", "folder", "parents", "label-kernel", "poseidon-kernel", "look-ahead"));
    case "labels":
        return LabelsOutOfCache.Run(new Options(args.AsSpan(1), "nodes", "seconds", "kernel", "sectors", "look-ahead"));
    case "commp":
        return DataBenchmark.CommP(new Options(args.AsSpan(1), "mib", "threads", "runs"));
    case "encoding":
        return EncodingBenchmark.Kernels();
    case "replica":
        return EncodingBenchmark.Whole(new Options(args.AsSpan(1), "threads", "runs"));
    case "update":
        return DataBenchmark.Update(new Options(args.AsSpan(1), "size", "threads", "runs", "parents"));
    case "repairs":
        return RepairBenchmark.Run(new Options(args.AsSpan(1), "size", "threads", "runs", "parents"));
    case "survey":
        return SurveyBenchmark.Run(new Options(args.AsSpan(1), "sectors", "threads", "parents"));
    case "bounds":
        return ProcessorBounds.Print(new Options(args.AsSpan(1)));
    case "kernels":
        BenchmarkSwitcher.FromAssembly(typeof(KernelConfig).Assembly).Run(args[1..], new KernelConfig(Yardstick.Nanoseconds()));
        return 0;
    default:
        Console.Error.WriteLine(
            """
            kernels [--filter '*Label*']   micro-benchmarks of every kernel (BenchmarkDotNet options; without a filter it asks)
            steps   [--size 8MiB|512MiB|1GiB] [--layers 11] [--runs 3] [--threads n] [--folder f] [--parents f] [--label-kernel k] [--poseidon-kernel k] [--look-ahead any|0,1]
                                           PreCommit1 and PreCommit2 of a whole sector whose commitments are known, checked after every run
            labels  [--nodes 268435456] [--seconds 30] [--kernel k] [--sectors 1] [--look-ahead any|0,1]
                                           labelling with layers that outgrow every cache; two layers of 32 bytes a node and sector in memory;
                                           with --look-ahead one sector by several threads, too, kept to these CPUs (the hashing one's first)
            commp   [--mib 512] [--threads 1] [--runs 3]
                                           CommP of a piece in memory
            encoding                       padding, replica and update encoding alone, on one core
            replica [--threads 1] [--runs 3]
                                           putting data into 512 MiB of labels in one pass with tree_r_last, against tree_r_last alone
            update  [--size 8MiB|16MiB|512MiB] [--threads n] [--runs 3] [--parents f]
                                           SnapDeals encoding of a whole sector from pieces, checked after every run
            repairs [--size 8MiB|512MiB] [--threads n] [--runs 1] [--parents f]
                                           every repair of a sector and of its update, as a part of sealing it from the start
            survey  [--sectors 500] [--threads n] [--parents f]
                                           a survey of so many sectors of 8MiB that reads no replica
            bounds                         what the processor itself can do: clock, SHA-NI round latency, IFMA throughput
            """);
        return 2;
}
