using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Filecoin.Benchmarks.Kernels;

/// <summary>A benchmark class that knows what rust-fil-proofs takes for one operation.</summary>
internal interface IHasReference
{
    /// <summary>In blocks of the yardstick; null if it was not measured.</summary>
    double? ReferenceBlocks { get; }
}

/// <summary>Best time of an operation in blocks of the yardstick, which carries over between machines.</summary>
internal class BlocksColumn(double yardstickNanoseconds) : IColumn
{
    public virtual string Id => nameof(BlocksColumn);

    public virtual string ColumnName => "in B";

    public virtual string Legend => string.Create(
        CultureInfo.InvariantCulture, $"Best time in blocks of the platform's SHA-256 over 16 KiB, {yardstickNanoseconds:0.0} ns each");

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) =>
        summary[benchmarkCase]?.ResultStatistics is { } statistics ? Value(statistics.Min / yardstickNanoseconds, benchmarkCase) : "?";

    protected virtual string Value(double blocks, BenchmarkCase benchmark) => blocks.ToString("0.0", CultureInfo.InvariantCulture);
}

/// <summary>How many operations are done in the time rust-fil-proofs takes for one.</summary>
internal sealed class ReferenceColumn(double yardstickNanoseconds) : BlocksColumn(yardstickNanoseconds)
{
    public override string Id => nameof(ReferenceColumn);

    public override string ColumnName => "x reference";

    public override string Legend => "Speed over that of rust-fil-proofs 19.1.0 on one core, by way of the yardstick";

    protected override string Value(double blocks, BenchmarkCase benchmark)
    {
        IHasReference subject = (IHasReference)Activator.CreateInstance(benchmark.Descriptor.Type)!;
        foreach (BenchmarkDotNet.Parameters.ParameterInstance parameter in benchmark.Parameters.Items)
        {
            benchmark.Descriptor.Type.GetProperty(parameter.Name)!.SetValue(subject, parameter.Value);
        }

        return subject.ReferenceBlocks is { } reference ? (reference / blocks).ToString("0.00", CultureInfo.InvariantCulture) : "";
    }
}
