using System.Collections.Concurrent;
using System.Diagnostics;
using Filecoin.Primitives;

namespace SealerRecover.Recovery.Tests.Faults;

/// <summary>
/// Real sealing of sectors of 2 KiB on disks that fail at one operation: with each kind of fault, at operations spread over the whole run, or,
/// with SEALER_RECOVER_LONG_TESTS=1, at every one. And power cuts. After each fault nothing wrong and nothing half is visible, what was
/// there before is untouched, the failure is a sentence, and a rerun on a disk that works ends with the reference's files.
/// </summary>
public sealed class FaultMatrixTests(ITestOutputHelper output)
{
    private static readonly int Least = VectorFiles.LongTests ? 1000 : 800;

    /// <summary>Faults of a kind in a scenario; in the long run there are as many as operations.</summary>
    private static readonly int MostOfAKind = VectorFiles.LongTests ? int.MaxValue : 3;

    private readonly ConcurrentDictionary<string, int> _counts = new();
    private readonly ConcurrentQueue<string> _complaints = new();

    [Fact]
    public void Faults_wherever_they_happen_lose_nothing()
    {
        Stopwatch watch = Stopwatch.StartNew();
        ParallelOptions options = new() { MaxDegreeOfParallelism = Math.Max(2, Environment.ProcessorCount) };
        Parallel.ForEach(Partitioner.Create(FaultScenario.All, EnumerablePartitionerOptions.NoBuffering), options, scenario =>
        {
            using FaultStage stage = new(scenario);
            try
            {
                InjectFaults(stage);
                CutPower(stage);
            }
            catch (Exception failure)
            {
                _complaints.Enqueue($"{scenario}: {failure}");
            }
        });

        int sum = _counts.Values.Sum();
        string report = $"{sum} faults in {FaultScenario.All.Count} kinds of recovery, {watch.Elapsed.TotalSeconds:F0} s: "
            + string.Join(", ", _counts.OrderBy(count => count.Key, StringComparer.Ordinal).Select(count => $"{count.Value} {count.Key}"));
        output.WriteLine(report);
        Assert.True(_complaints.IsEmpty, $"{_complaints.Count} complaints after {report}\n{string.Join('\n', _complaints.Take(60))}");
        Assert.True(sum >= Least, report);
    }

    private void InjectFaults(FaultStage stage)
    {
        stage.Reset();
        LyingFileSystem honest = stage.Watch(new LyingFileSystem());
        stage.Recover(honest);
        foreach (FaultKind kind in FileFault.Kinds)
        {
            foreach (int at in Spread(honest.Count(kind), MostOfAKind))
            {
                Inject(stage, new FileFault(kind, at));
            }
        }
    }

    private void Inject(FaultStage stage, FileFault fault)
    {
        stage.Reset();
        LyingFileSystem lying = stage.Watch(new LyingFileSystem(fault));
        FaultEnd end = stage.Recover(lying);
        if (lying.Happened is null)
        {
            return; // Threads took other turns than when operations were counted.
        }

        Count(fault.Kind.ToString());
        string what = $"{stage.Scenario}: {fault.Kind} at {fault.At} ({Short(lying.Happened, stage)})";
        Complain(what, stage, stage.Wrong(FolderImage.Of(stage.Root)));
        Complain(what, stage, end.Failures.SelectMany(Unclear));
        Complain(what, stage, end.IsGood || end.Failures.Any() ? [] : [$"ended as {end}"]);
        Complain(what, stage, end.IsGood ? stage.Unlike(FolderImage.Of(stage.Root)) : []);
        FaultEnd again = stage.Recover(stage.Watch(new LyingFileSystem()));
        Complain(what, stage, again.IsGood ? stage.Unlike(FolderImage.Of(stage.Root)) : [$"after {end} a rerun ended as {again}"]);
    }

    private void CutPower(FaultStage stage)
    {
        stage.Reset();
        RecordingFileSystem recording = stage.Watch(new RecordingFileSystem(stage.Root));
        FaultEnd end = stage.Recover(recording);
        Complain($"{stage.Scenario}: recorded", stage, end.IsGood ? stage.Unlike(recording.At(recording.Operations)) : [$"ended as {end}", .. end.Failures.Select(failure => failure.ToString())]);
        for (int operation = 0; operation <= recording.Operations; operation++)
        {
            Complain($"{stage.Scenario}: after {recording.Describe(operation)}", stage, stage.Wrong(recording.At(operation)));
        }

        foreach (Survival survival in Enum.GetValues<Survival>())
        {
            foreach (int at in Spread(recording.Operations, MostOfAKind))
            {
                PowerCut cut = new(at, survival, Seed: at);
                recording.After(cut).Restore(stage.Root);
                Count($"power cuts ({survival} survives)");
                string what = $"{stage.Scenario}: power cut at {at} of {recording.Operations} (after {recording.Describe(at)}), {survival} survives";
                Complain(what, stage, stage.Wrong(FolderImage.Of(stage.Root)));
                FaultEnd again = stage.Recover(stage.Watch(new LyingFileSystem()));
                Complain(what, stage, again.IsGood ? stage.Unlike(FolderImage.Of(stage.Root)) : [$"a rerun ended as {again}"]);
            }
        }
    }

    private static IEnumerable<string> Unclear(Exception failure)
    {
        if (failure is not OperatorException told)
        {
            yield return $"ended in {failure}";
        }
        else if (told.Message.Length is < 20 or > 1000 || told.Message.Contains('\n', StringComparison.Ordinal) || told.Hint.ToString().Length < 10)
        {
            yield return $"says \"{told.Message}\" and advises \"{told.Hint.ToString()}\"";
        }
    }

    /// <summary>Numbers from 1 to <paramref name="count"/>, evenly spread, the first and the last among them.</summary>
    internal static IEnumerable<int> Spread(int count, int most) => count <= most
        ? Enumerable.Range(1, count)
        : Enumerable.Range(0, most).Select(i => 1 + (int)((long)i * (count - 1) / (most - 1)));

    private static string Short(string text, FaultStage stage) => text.Replace(stage.Root + '/', string.Empty, StringComparison.Ordinal);

    private void Count(string kind) => _counts.AddOrUpdate(kind, 1, (_, before) => before + 1);

    private void Complain(string what, FaultStage stage, IEnumerable<string> complaints)
    {
        foreach (string complaint in complaints)
        {
            _complaints.Enqueue($"{what}: {Short(complaint, stage)}");
        }
    }
}
