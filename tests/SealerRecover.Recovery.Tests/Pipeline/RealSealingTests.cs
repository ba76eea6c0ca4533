using System.Text.Json.Nodes;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Metadata;

namespace SealerRecover.Recovery.Tests.Pipeline;

/// <summary>The public runner with the real sealing, against what the reference computed.</summary>
public sealed class RealSealingTests : IDisposable
{
    private readonly Run _run = new(quick: true);

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData(2, 2, false)]
    [InlineData(2, 2, true)]
    [InlineData(8, 1, false)]
    [InlineData(8, 2, true)]
    public void The_sample_sectors_come_out_byte_for_byte_and_a_second_run_finds_them(int parallel, int threads, bool keepAll)
    {
        RecoveryMetadata metadata = MetadataFile.Read(Path.Combine(VectorFiles.RepositoryRoot, "samples", "2KiB", "sectors-recovery-f01000.json"));
        JsonNode expected = VectorFiles.Read("metadata/2KiB/sectors-recovery-f01000.expected.json");
        RecoveryRunner runner = new(_run.Settings with { Parallel = parallel, Threads = threads, KeepAll = keepAll }, TimeProvider.System);

        IReadOnlyList<SectorOutcome> outcomes = runner.Run(metadata.Sectors, _run.Observer.Sink, TestContext.Current.CancellationToken);

        Assert.Equal(8, outcomes.Count);
        Assert.All(outcomes, outcome => Assert.Equal((OutcomeKind.Installed, null), (outcome.Kind, outcome.Failure)));
        foreach (SectorOutcome outcome in outcomes)
        {
            ulong number = outcome.Sector.Number;
            JsonNode sector = expected[number.ToString(System.Globalization.CultureInfo.InvariantCulture)]!;
            Assert.Equal(sector["comm_c"]!.GetValue<string>(), outcome.Commitments!.CommC.ToString());
            Assert.Equal(sector["sealed"]!["sha256"]!.GetValue<string>(), VectorFiles.Sha256OfFile(_run.Sealed(number)));
            JsonNode[] files = [.. sector["files_after_pc2"]!.AsArray().Select(file => file!)
                .Where(file => keepAll || Name(file) == "p_aux" || Name(file).Contains("tree-r-last", StringComparison.Ordinal))];

            // t_aux names the folder, so the reference's digest of it is of no use here. What Commit 1 of Synthetic sectors reads is kept with all.
            bool isSynthetic = metadata.Sectors.Single(facts => facts.Sector == outcome.Sector).SealProof.Variant == PorepVariant.Synthetic;
            string[] beside = keepAll && isSynthetic ? ["t_aux", CacheNames.SyntheticProofs] : ["t_aux"];
            Assert.Equal(files.Select(Name).Concat(beside).Order(StringComparer.Ordinal), TestFolder.Snapshot(_run.Cache(number)).Keys);
            Assert.All(files, file => Assert.Equal(file["sha256"]!.GetValue<string>(), VectorFiles.Sha256OfFile(_run.Cache(number, file["name"]!.GetValue<string>()))));
        }

        Assert.All(
            runner.Run(metadata.Sectors, _run.Observer.Sink, TestContext.Current.CancellationToken),
            outcome => Assert.Equal(OutcomeKind.AlreadyThere, outcome.Kind));
        Assert.Empty(Directory.GetFileSystemEntries(_run.Settings.TempFolder));
    }

    private static string Name(JsonNode file) => file["name"]!.GetValue<string>();
}
