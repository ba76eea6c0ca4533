using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Filecoin.Benchmarks.Kernels;

/// <summary>
/// Short runs inside this process: what is measured is emitted code or long vector loops, which no other process would run otherwise, and
/// the yardstick has to come from the same minutes as the subject.
/// </summary>
internal sealed class KernelConfig : ManualConfig
{
    public KernelConfig(double yardstickNanoseconds)
    {
        AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance).WithId("in-process"));
        AddLogger(ConsoleLogger.Default);
        AddColumnProvider(DefaultColumnProviders.Instance);
        AddColumn(new BlocksColumn(yardstickNanoseconds), new ReferenceColumn(yardstickNanoseconds));
        AddExporter(MarkdownExporter.GitHub);
    }
}
