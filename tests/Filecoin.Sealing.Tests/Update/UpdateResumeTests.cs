using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Steps;
using Filecoin.Sealing.Update;
using SealerRecover.Tests;
using Xunit;

namespace Filecoin.Sealing.Tests.Update;

/// <summary>Updates that are stopped, damaged or given the wrong things.</summary>
public sealed class UpdateResumeTests : IDisposable
{
    private readonly UpdateCase _known = UpdateCase.Get("16KiB-v1_1_0-cc");
    private readonly Workplace _place = new();
    private readonly SectorData _data;
    private readonly UpdateJob _job;

    public UpdateResumeTests()
    {
        _known.SealKey(_place, Cancellation);
        _data = _known.WritePieces(Path.Combine(_place.Folder, "pieces"));
        _job = _known.Job(_place, _data, keepAll: false);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Partial => _job.TargetFile + ".partial";

    public void Dispose()
    {
        _data.Dispose();
        _place.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Stopped_at_any_report_of_progress_it_goes_on_with_the_next_base_tree(bool keepAll)
    {
        UpdateJob job = _job with { KeepAll = keepAll };
        for (int stopAt = 1; ; stopAt++)
        {
            MemoryStepLog log = new();
            using CancellationTokenSource source = new();
            int reports = 0;
            List<int> trees = [];
            Progress stopping = new(_ =>
            {
                if (++reports == stopAt)
                {
                    source.Cancel();
                }
            });
            try
            {
                SectorUpdate.Encode(job, log, new FixedTreeCores(1), stopping, source.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.False(File.Exists(job.TargetFile));
                int finished = log.Steps.Count(step => step.StartsWith("update-replica-", StringComparison.Ordinal));
                SectorUpdate.Encode(job, log, new FixedTreeCores(1), new Progress(told => NoteTree(told, trees)), Cancellation);
                Assert.Equal(Enumerable.Range(finished + 1, 8 - finished), trees.Distinct());
            }

            Compare(job);
            if (reports < stopAt)
            {
                Assert.True(stopAt > 8, "the run reported too little to be stopped anywhere");
                return;
            }

            File.Delete(job.TargetFile);
            Array.ForEach(Directory.GetFiles(job.TargetCacheFolder), File.Delete);
        }

        static void NoteTree(SealProgress told, List<int> trees)
        {
            if (told.Phase == SealPhase.Trees)
            {
                trees.Add(told.Step);
            }
        }
    }

    [Theory]
    [InlineData("update.partial", 5000, 3)]
    [InlineData("update-cache/sc-02-data-tree-r-last-2.dat", 0, 3)]
    [InlineData("update-cache/sc-02-data-tree-r-last-1.dat", null, 2)]
    [InlineData("update.partial", null, 1)]
    public void A_recorded_base_tree_whose_files_changed_is_made_anew(string file, int? offset, int tree)
    {
        StopInTree(5);
        string path = Path.Combine(_place.Folder, file);
        if (offset is { } at)
        {
            byte[] content = File.ReadAllBytes(path);
            content[at] ^= 4;
            File.WriteAllBytes(path, content);
        }
        else
        {
            File.Delete(path);
        }

        List<int> trees = [];
        SectorUpdate.Encode(_job, _place.Log, new FixedTreeCores(2), new Progress(told => trees.Add(told.Step)), Cancellation);

        Assert.Equal(tree, trees.First());
        Compare(_job);
    }

    [Fact]
    public void A_finished_update_is_left_alone_and_one_that_was_only_named_is_checked()
    {
        SealedCommitments first = SectorUpdate.Encode(_job, _place.Log, new FixedTreeCores(2), null, Cancellation);
        DateTime written = File.GetLastWriteTimeUtc(_job.TargetFile);

        Assert.Equal(first, SectorUpdate.Encode(_job, _place.Log, new FixedTreeCores(2), new Progress(_ => Assert.Fail("nothing is left to do")), Cancellation));
        _place.Log.Forget("update-finished");
        Assert.Equal(first, SectorUpdate.Encode(_job, _place.Log, new FixedTreeCores(2), new Progress(_ => Assert.Fail("nothing is left to do")), Cancellation));

        Assert.Equal(written, File.GetLastWriteTimeUtc(_job.TargetFile));
        Compare(_job);
    }

    [Fact]
    public void Steps_of_other_data_do_not_count()
    {
        StopInTree(5);
        CommD other = ZeroCommitments.ForSector(_known.Size);
        UpdateJob zeros = _job with { CommD = other, Data = SectorData.OfPieces(_known.Size, [], _ => null) };

        SealedCommitments made = SectorUpdate.Encode(zeros, _place.Log, new FixedTreeCores(2), null, Cancellation);

        // Nothing put in leaves the key.
        Assert.Equal(_known.KeyCommR, made.CommR);
        Assert.Equal(_known.KeySha256, VectorFiles.Sha256OfFile(zeros.TargetFile));
    }

    [Fact]
    public void A_piece_that_changed_after_it_was_checked_is_named_and_nothing_is_kept()
    {
        string piece = Path.Combine(_place.Folder, "pieces", "piece-8192");
        byte[] content = File.ReadAllBytes(piece);
        content[77] ^= 1;
        File.WriteAllBytes(piece, content);

        OperatorException failure = Assert.Throws<OperatorException>(() => SectorUpdate.Encode(_job, _place.Log, new FixedTreeCores(2), null, Cancellation));

        Assert.Equal(FailureKind.BadInput, failure.Kind);
        Assert.Contains(piece, failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_job.TargetFile));
        content[77] ^= 1;
        File.WriteAllBytes(piece, content);
        SectorUpdate.Encode(_job, _place.Log, new FixedTreeCores(2), null, Cancellation);
        Compare(_job);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Data_that_is_not_what_CommD_says_is_refused(bool keepAll)
    {
        UpdateJob wrong = _job with { CommD = new CommD(Bytes32.FromHex(new string('1', 64))), KeepAll = keepAll };

        OperatorException failure = Assert.Throws<OperatorException>(() => SectorUpdate.Encode(wrong, _place.Log, new FixedTreeCores(2), null, Cancellation));

        Assert.Equal(FailureKind.BadInput, failure.Kind);
        Assert.Contains(_known.CommD.ToString(), failure.Message, StringComparison.Ordinal);
        Assert.Contains(wrong.CommD.ToString(), failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(wrong.TargetFile));
    }

    [Fact]
    public void The_update_s_own_cache_folder_is_not_taken_for_the_key_s()
    {
        SectorUpdate.Encode(_job, _place.Log, new FixedTreeCores(2), null, Cancellation);
        UpdateJob wrong = _job with { SourceCacheFolder = _job.TargetCacheFolder, TargetFile = Path.Combine(_place.Folder, "again") };

        OperatorException failure = Assert.Throws<OperatorException>(
            () => SectorUpdate.Encode(wrong, new MemoryStepLog(), new FixedTreeCores(2), null, Cancellation));

        Assert.Equal(FailureKind.CommitmentMismatch, failure.Kind);
        Assert.Contains(_job.TargetCacheFolder, failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(wrong.TargetFile));
    }

    [Fact]
    public void A_damaged_update_gives_no_key()
    {
        SectorUpdate.Encode(_job, _place.Log, new FixedTreeCores(2), null, Cancellation);
        byte[] content = File.ReadAllBytes(_job.TargetFile);
        content[9000] ^= 1;
        File.WriteAllBytes(_job.TargetFile, content);
        using PaddedFile update = new(_job.TargetFile, _known.Size);
        UpdateJob removal = Removal(update);

        OperatorException failure = Assert.Throws<OperatorException>(
            () => SectorUpdate.RemoveData(removal, _place.Log, new FixedTreeCores(2), null, Cancellation));

        Assert.Equal(FailureKind.CommitmentMismatch, failure.Kind);
        Assert.False(File.Exists(removal.TargetFile));
    }

    [Fact]
    public void Without_a_t_aux_of_the_key_there_is_none_of_the_update()
    {
        File.Delete(Path.Combine(_place.CacheFolder, CacheNames.TAux));

        SectorUpdate.Encode(_job, _place.Log, new FixedTreeCores(2), null, Cancellation);

        Assert.False(File.Exists(Path.Combine(_job.TargetCacheFolder, CacheNames.TAux)));
        Assert.Equal(_known.ReplicaSha256, VectorFiles.Sha256OfFile(_job.TargetFile));
    }

    [Fact]
    public void A_key_that_is_missing_or_too_short_is_named()
    {
        File.WriteAllBytes(_place.SealedFile, new byte[_known.Size.Bytes - 1]);

        OperatorException failure = Assert.Throws<OperatorException>(() => SectorUpdate.Encode(_job, _place.Log, new FixedTreeCores(2), null, Cancellation));

        Assert.Equal(FailureKind.Storage, failure.Kind);
        Assert.Contains(_place.SealedFile, failure.Message, StringComparison.Ordinal);
    }

    private UpdateJob Removal(PaddedFile update) => _job with
    {
        Source = update,
        SourceCacheFolder = _job.TargetCacheFolder,
        TargetFile = Path.Combine(_place.Folder, "restored"),
        TargetCacheFolder = Directory.CreateDirectory(Path.Combine(_place.Folder, "restored-cache")).FullName,
    };

    /// <summary>Encodes until a base tree, from 1, is under way; those before it are recorded.</summary>
    private void StopInTree(int tree)
    {
        using CancellationTokenSource source = new();
        Progress stopping = new(told =>
        {
            if (told.Step == tree)
            {
                source.Cancel();
            }
        });
        Assert.ThrowsAny<OperationCanceledException>(() => SectorUpdate.Encode(_job, _place.Log, new FixedTreeCores(1), stopping, source.Token));
        Assert.True(File.Exists(Partial));
    }

    private void Compare(UpdateJob job)
    {
        Assert.False(File.Exists(Partial));
        Assert.Equal(_known.ReplicaSha256, VectorFiles.Sha256OfFile(job.TargetFile));
        var expected = _known.Files.Where(file => job.KeepAll || _known.FilesKept.Contains(file.Name)).Select(file => (file.Name, file.Sha256));
        var made = Directory.GetFiles(job.TargetCacheFolder).Select(path => (Path.GetFileName(path), VectorFiles.Sha256OfFile(path)));
        Assert.Equal(expected.Order(), made.Order());
    }
}
