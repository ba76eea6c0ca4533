using System.Text;
using EndToEnd;
using Filecoin.Chain.Facts;
using Filecoin.Cryptography;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Steps;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Metadata;
using SealerRecover.Recovery.PieceSources;
using SealerRecover.Recovery.Roles;
using SealerRecover.Recovery.Settings;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Tests.Workspace;

/// <summary>
/// Journals and a receipt that the version before typed steps left (tests/vectors/journals): their work goes on, and what a later version
/// wrote is kept.
/// </summary>
public sealed class OldJournalTests : IDisposable
{
    private const string Snapped = "s-t05733099-836918203";
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_finished_step_of_an_old_journal_counts()
    {
        Journal journal = Load(Path.Combine("snapped", Snapped));

        Assert.True(journal is { Labelled: true, HasLabels: true, HasTrees: true, HasUpdate: true, Installing: null, FinishedSteps: 14 });
        Assert.True(journal.TryGet(new SealStep(StepKind.Layer, Number: 2), out FileDigest layer) && layer.Length == 2048);
        Assert.True(journal.TryGetValue(new SealStep(StepKind.TreeCRoot), out Bytes32 root));
        Assert.Equal("eb3f6d81ae00b294bd1e5e086acfb0e2d699ae32626a32d18320b41b76bddd21", root.ToString());
        Assert.True(journal.TryGetValue(new SealStep(StepKind.DataRoot, StepsOf.Update), out _));
        Assert.True(journal.TryGetValue(new SealStep(StepKind.Inputs, StepsOf.Update), out _));
    }

    [Fact]
    public void An_old_workspace_is_finished_without_a_step_done_again()
    {
        DataCase data = DataCase.Get("update/2KiB-v1-cc");
        SectorFacts facts = Assert.Single(MetadataFile.Read(_folder.Write("metadata.json", data.Metadata())).Sectors);
        Assert.Equal(Snapped, facts.Sector.FileName);
        foreach (string from in Directory.EnumerateFiles(Vector(Path.Combine("snapped", Snapped)), "*", SearchOption.AllDirectories))
        {
            string to = _folder.At(Path.Combine("temp", Snapped, Path.GetRelativePath(Vector(Path.Combine("snapped", Snapped)), from)));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(from, to);
        }

        Directory.CreateDirectory(_folder.At("nothing"));
        RecoverySettings settings = new()
        {
            TempFolder = _folder.At("temp"),
            ResultFolder = _folder.At("result"),
            ParentCacheFolder = _folder.At("parents"),
            KeepAll = true,
            KeepUnsealed = true,
            PieceSources = [PieceSource.Parse(_folder.At("nothing"))],
        };
        RecordingObserver observer = new();
        SectorOutcome outcome = Assert.Single(
            new RecoveryRunner(settings, TimeProvider.System, new SealingRoles(settings), LinuxFileSystem.Instance, new FakeProbe())
                .Run([facts], observer.Sink, TestContext.Current.CancellationToken));

        Assert.Equal((OutcomeKind.Installed, null), (outcome.Kind, outcome.Failure));
        Assert.Contains(observer.Notices, text => text.Contains("finished 14 steps", StringComparison.Ordinal));
        Assert.DoesNotContain(observer.Events.OfType<PhaseProgressed>(), progressed => progressed.Progress.Phase is SealPhase.Label or SealPhase.Trees);
        InstallManifest old = Receipt(File.ReadAllBytes(Vector("snapped/receipt")));
        InstallManifest made = Receipt(File.ReadAllBytes(Path.Combine(settings.ResultFolder, ".sealer-recover", "installed", Snapped)));
        Assert.Equal(old.Inputs, made.Inputs);
        Assert.Equal(old.Inputs.Fingerprint, made.Inputs.Fingerprint);
        Assert.Equal(old.Commitments, made.Commitments);
        Assert.Equal(old.Files, made.Files);
    }

    [Fact]
    public void An_old_manifest_says_what_it_said()
    {
        Journal journal = Load("installing");

        Assert.Equal(journal.Inputs, journal.Installing!.Inputs);
        Assert.Equal(journal.Inputs.SealedCid, journal.Installing.Commitments.CommR);
        string result = Vector("installing/result");
        ResultLayout layout = new(result, journal.Inputs.Sector);
        Assert.All(journal.Installing.Files, file => Assert.True(
            file.NameInFolder == CacheNames.TAux || file.Matches(SegmentDigests.OfFile(LinuxFileSystem.Instance, layout.Target(file), null, TestContext.Current.CancellationToken)), file.Name));
    }

    [Fact]
    public void What_a_later_version_wrote_stays_in_the_journal()
    {
        string[] lines = File.ReadAllLines(Path.Combine(Vector(Path.Combine("snapped", Snapped)), Journal.FileName));
        string later = Line("""{"Weather":"fine"}""");
        string step = Line("""{"Step":"moon-phase-3","Length":7,"Digest":"eb3f6d81ae00b294bd1e5e086acfb0e2d699ae32626a32d18320b41b76bddd21"}""");
        _folder.Write(Journal.FileName, string.Join('\n', [.. lines, later, step, ""]));
        Journal journal = Journal.Load(LinuxFileSystem.Instance, _folder.Path)!;

        journal.Forget(new SealStep(StepKind.Layer, Number: 1));

        string text = File.ReadAllText(_folder.At(Journal.FileName));
        Assert.Contains(later, text, StringComparison.Ordinal);
        Assert.Contains(step, text, StringComparison.Ordinal);
        Assert.DoesNotContain("\"layer-1\"", text, StringComparison.Ordinal);
        Assert.Equal(14, Journal.Load(LinuxFileSystem.Instance, _folder.Path)!.FinishedSteps);
    }

    private static string Line(string json) =>
        $"{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(json)))[..16]} {json}";

    private static InstallManifest Receipt(byte[] content) => Assert.Single(SealerRecover.Recovery.Install.Receipt.Read(content));

    private static Journal Load(string name) => Journal.Load(LinuxFileSystem.Instance, Vector(name))!;

    private static string Vector(string name) => Path.Combine(VectorFiles.Folder, "journals", name);
}
