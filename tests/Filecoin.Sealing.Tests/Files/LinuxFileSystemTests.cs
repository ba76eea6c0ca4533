using Filecoin.Sealing.Files;
using Filecoin.Sealing.Steps;
using Xunit;

namespace Filecoin.Sealing.Tests.Files;

public sealed class LinuxFileSystemTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LinuxFileSystem _files = LinuxFileSystem.Instance;

    public void Dispose() => _folder.Dispose();

    /// <summary>Whether the file system knows how to rename without replacing, which NFS does not.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_move_never_replaces_a_file_a_link_or_a_folder(bool renames)
    {
        Func<string, string, MoveResult> move = renames ? _files.Move : (from, to) => LinuxFileSystem.MoveByLink(from, to, LinuxNative.Link);
        string from = _folder.Write("from", "new");
        string file = _folder.Write("file", "old");
        string link = _folder["link"];
        File.CreateSymbolicLink(link, "/nonexistent");
        string empty = Directory.CreateDirectory(_folder["empty"]).FullName;

        Assert.All([file, link, empty], to => Assert.Equal(MoveResult.TargetExists, move(from, to)));

        Assert.Equal("old", File.ReadAllText(file));
        Assert.Equal(MoveResult.Moved, move(from, _folder["to"]));
        Assert.False(File.Exists(from));
        Assert.Equal("new", File.ReadAllText(_folder["to"]));
        Assert.Equal(MoveResult.TargetExists, move(empty, _folder.Path));

        Assert.Equal(MoveResult.Moved, move(empty, _folder["moved"]));
        Assert.False(Directory.Exists(empty));
        Assert.True(Directory.Exists(_folder["moved"]));
        Assert.Equal(LinuxNative.NoEntry, Assert.Throws<IOException>(() => move(_folder["nothing"], _folder["nowhere"])).HResult);
    }

    [Fact]
    public void A_file_that_another_machine_put_there_since_it_was_looked_is_not_replaced()
    {
        string from = _folder.Write("from", "new");

        Assert.Equal(MoveResult.TargetExists, LinuxFileSystem.MoveByLink(from, _folder["to"], (old, name) =>
        {
            File.WriteAllText(name, "other");
            return LinuxNative.Link(old, name);
        }));

        Assert.Equal("other", File.ReadAllText(_folder["to"]));
        Assert.Equal("new", File.ReadAllText(from));
    }

    [Fact]
    public void A_move_whose_answer_was_lost_finds_its_own_work()
    {
        string from = _folder.Write("from", "new");

        Assert.Equal(MoveResult.Moved, LinuxFileSystem.MoveByLink(from, _folder["to"], (old, name) =>
        {
            Assert.Equal(0, LinuxNative.Link(old, name));
            return LinuxNative.Link(old, name);
        }));

        Assert.False(File.Exists(from));
        Assert.Equal("new", File.ReadAllText(_folder["to"]));
    }

    [Fact]
    public void A_file_is_renamed_where_it_can_have_no_second_name()
    {
        string from = _folder.Write("from", "new");

        Assert.Equal(MoveResult.Moved, LinuxFileSystem.MoveByLink(from, _folder["to"], (_, _) => LinuxNative.NotPermitted));

        Assert.False(File.Exists(from));
        Assert.Equal("new", File.ReadAllText(_folder["to"]));
    }

    [Fact]
    public void A_missing_source_is_a_failure_that_names_both_paths()
    {
        IOException failure = Assert.Throws<IOException>(() => _files.Move(_folder["nothing"], _folder["to"]));

        Assert.Contains(_folder["nothing"], failure.Message, StringComparison.Ordinal);
        Assert.Contains(_folder["to"], failure.Message, StringComparison.Ordinal);
        Assert.Equal(LinuxNative.NoEntry, failure.HResult);
    }

    [Fact]
    public void Another_file_system_is_recognised_and_a_copy_is_whole_or_gone()
    {
        string from = _folder.Write("from", new string('x', 5 << 20));
        Progress copied = new();
        _files.Copy(from, _folder["to"], copied, CancellationToken.None);
        Assert.Equal(File.ReadAllText(from), File.ReadAllText(_folder["to"]));
        Assert.Equal(5 << 20, copied.Sum);

        using CancellationTokenSource cancelled = new();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() => _files.Copy(from, _folder["none"], copied, cancelled.Token));
        Assert.False(File.Exists(_folder["none"]));

        Assert.SkipUnless(Directory.Exists("/dev/shm"), "there is no second file system");
        using TemporaryFolder other = new("/dev/shm");
        Assert.Equal(MoveResult.OtherFileSystem, _files.Move(from, other["to"]));
    }

    [Fact]
    public void Folders_that_several_share_are_made_and_deleted_side_by_side()
    {
        string shared = _folder["shared"];
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            string own = Path.Combine(shared, $"{i}");
            for (int round = 0; round < 300; round++)
            {
                _files.CreateFolder(own);
                Assert.True(Directory.Exists(own));
                Assert.True(_files.DeleteEmptyFolder(own));
                _files.DeleteEmptyFolder(shared);
            }
        });
        Assert.True(_files.DeleteEmptyFolder(shared));
    }

    [Fact]
    public void Only_empty_folders_are_deleted_and_missing_things_are_fine()
    {
        _folder.Write("full/file", "x");

        Assert.False(_files.DeleteEmptyFolder(_folder["full"]));
        _files.DeleteFile(_folder["full/file"]);
        _files.DeleteFile(_folder["full/file"]);
        Assert.True(_files.DeleteEmptyFolder(_folder["full"]));
        Assert.True(_files.DeleteEmptyFolder(_folder["full"]));
        Assert.False(Directory.Exists(_folder["full"]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData((1 << 20) - 1)]
    [InlineData(1 << 20)]
    [InlineData((1 << 20) + 1)]
    [InlineData(3 << 20)]
    public void A_segment_digest_is_the_hash_of_the_hashes_of_mebibytes(int length)
    {
        byte[] content = new byte[length];
        new Random(length).NextBytes(content);
        File.WriteAllBytes(_folder["f"], content);
        byte[] expected = System.Security.Cryptography.SHA256.HashData(
            [.. content.Chunk(1 << 20).SelectMany(System.Security.Cryptography.SHA256.HashData)]);

        FileDigest digest = SegmentDigests.OfFile(_files, _folder["f"], new Progress(), CancellationToken.None);

        Assert.Equal(length, digest.Length);
        Assert.Equal(Convert.ToHexStringLower(expected), digest.Digest.ToString());
    }

    private sealed class Progress : IProgress<long>
    {
        public long Sum { get; private set; }

        public void Report(long value) => Sum += value;
    }
}
