using System.Security.Cryptography;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Steps;
using SealerRecover.Recovery.Content;
using SealerRecover.Recovery.Settings;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Tests.Workspace;

public sealed class JournalTests : IDisposable
{
    private static readonly WorkInputs Inputs = WorkInputs.For(
        FakeSealer.Facts(2), SectorContent.Of(FakeSealer.Facts(2)), new RecoverySettings { ResultFolder = "/r", TempFolder = "/t", ParentCacheFolder = "/p" });

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Steps_and_marks_survive_and_forgotten_ones_do_not()
    {
        Journal journal = Journal.Start(LinuxFileSystem.Instance, _folder.Path, Inputs, "/r/cache/s");
        Assert.False(journal.HasWork);
        journal.Record(SealStep.Parse("layer-1"), Digest(1));
        journal.Record(SealStep.Parse("layer-2"), Digest(2));
        journal.Record(SealStep.Parse("layer-1"), Digest(3));
        journal.Forget(SealStep.Parse("layer-2"));
        journal.MarkLabelled(true);
        journal.MarkInstalling(Manifest);

        Journal loaded = Load()!;

        Assert.Equal(Inputs, loaded.Inputs);
        Assert.Equal("/r/cache/s", loaded.CachePathInTAux);
        Assert.True(loaded.HasWork && loaded.Labelled);
        Assert.True(loaded.TryGet(SealStep.Parse("layer-1"), out FileDigest digest));
        Assert.Equal(Digest(3), digest);
        Assert.False(loaded.TryGet(SealStep.Parse("layer-2"), out _));
        Assert.Equal(Manifest.Commitments, loaded.Installing!.Commitments);
        Assert.Equal(Manifest.Files, loaded.Installing.Files);

        loaded.Reset();
        Assert.False(Load()!.HasWork);
    }

    [Fact]
    public void A_newer_versions_journal_is_neither_used_nor_taken_for_damaged()
    {
        Journal.Start(LinuxFileSystem.Instance, _folder.Path, Inputs with { Format = WorkInputs.CurrentFormat + 1 }, "/r/cache/s");
        byte[] before = File.ReadAllBytes(_folder.At(Journal.FileName));

        OperatorException failure = Assert.Throws<OperatorException>(Load);

        Assert.Equal(FailureKind.BadInput, failure.Kind);
        Assert.Contains("newer version", failure.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(_folder.At(Journal.FileName)));
    }

    [Fact]
    public void A_journal_cut_at_any_byte_reports_only_what_is_whole()
    {
        byte[] whole = SixSteps();
        int most = 0;
        for (int length = 0; length <= whole.Length; length++)
        {
            File.WriteAllBytes(_folder.At(Journal.FileName), whole[..length]);
            Journal? journal = Load();
            int found = Enumerable.Range(1, 6).Count(i => Knows(journal, i));
            Assert.Equal(found, Enumerable.Range(1, 6).TakeWhile(i => Knows(journal, i)).Count());
            Assert.Equal(Math.Max(0, whole.AsSpan(0, length).Count((byte)'\n') - 1), found);
            most = Math.Max(most, found);
        }

        Assert.Equal(6, most);
    }

    [Fact]
    public void A_journal_with_any_byte_altered_reports_nothing_untrue()
    {
        byte[] whole = SixSteps();
        for (int position = 0; position < whole.Length; position++)
        {
            byte[] altered = (byte[])whole.Clone();
            altered[position] ^= 1;
            File.WriteAllBytes(_folder.At(Journal.FileName), altered);
            Journal? journal = Load();
            Assert.True(journal is null || journal.Inputs == Inputs);
            Assert.InRange(Enumerable.Range(1, 6).Count(i => Knows(journal, i)), 0, 5);
        }
    }

    [Theory]
    [InlineData(FaultKind.ChangeFails)]
    [InlineData(FaultKind.Dies)]
    [InlineData(FaultKind.DiesAfter)]
    public void A_step_that_cannot_be_written_is_not_recorded_and_the_ones_before_stay(FaultKind kind)
    {
        for (int failAt = 6; failAt <= 10; failAt++)
        {
            Journal journal = Journal.Start(new LyingFileSystem(new FileFault(kind, failAt)), _folder.Path, Inputs, "/r");
            IOException failure = Assert.Throws<IOException>(() => journal.Record(SealStep.Parse("layer-1"), Digest(1)));
            Assert.NotEmpty(failure.Message);
            Assert.False(journal.TryGet(SealStep.Parse("layer-1"), out _));
            Assert.Equal(Inputs, Load()!.Inputs);
        }
    }

    [Fact]
    public void Many_threads_may_record_at_once()
    {
        Journal journal = Journal.Start(LinuxFileSystem.Instance, _folder.Path, Inputs, "/r");

        Parallel.For(0, 32, i => journal.Record(SealStep.Parse($"step-{i}"), Digest(i)));

        Journal loaded = Load()!;
        Assert.All(Enumerable.Range(0, 32), i => Assert.True(loaded.TryGet(SealStep.Parse($"step-{i}"), out FileDigest found) && found == Digest(i)));
    }

    [Fact]
    public void Work_for_other_inputs_has_another_fingerprint_and_says_what_differs()
    {
        WorkInputs other = Inputs with { Ticket = default, KeepAll = true };

        Assert.NotEqual(Inputs.Fingerprint, other.Fingerprint);
        Assert.Equal("ticket, choice to keep layers and trees", Inputs.DifferencesFrom(other));
    }

    private static InstallManifest Manifest { get; } = new(
        Inputs, "/r", Digest(8).Digest, Digest(9).Digest, [new ManifestFile("sealed", 2048, Digest(1).Digest)]);

    private static FileDigest Digest(int seed) => new(seed, new Bytes32(SHA256.HashData(BitConverter.GetBytes(seed))));

    private static bool Knows(Journal? journal, int step) =>
        journal is not null && journal.TryGet(SealStep.Parse($"step-{step}"), out FileDigest found) && found == Digest(step);

    private Journal? Load() => Journal.Load(LinuxFileSystem.Instance, _folder.Path);

    private byte[] SixSteps()
    {
        Journal journal = Journal.Start(LinuxFileSystem.Instance, _folder.Path, Inputs, "/r");
        for (int i = 1; i <= 6; i++)
        {
            journal.Record(SealStep.Parse($"step-{i}"), Digest(i));
        }

        return File.ReadAllBytes(_folder.At(Journal.FileName));
    }
}
