using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Unsealing;

namespace SealerRecover.Recovery.Tests.Unsealing;

public sealed class NewRawFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sealer-recover-raw-").FullName;

    private string Target => Path.Combine(_folder, "data");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_was_written_is_shown_to_the_check_and_gets_its_name_alone()
    {
        int seen = 0;
        NewRawFile.Write(LinuxFileSystem.Instance, Target, output => output.Write([1, 2, 3]), content =>
        {
            Assert.False(File.Exists(Target));
            seen = content.ReadByte();
        });
        Assert.Equal(1, seen);
        Assert.Equal([1, 2, 3], File.ReadAllBytes(Target));
        Assert.Single(Directory.GetFileSystemEntries(_folder));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_failure_leaves_nothing(bool whileWriting)
    {
        Assert.Throws<OperationCanceledException>(() => NewRawFile.Write(
            LinuxFileSystem.Instance,
            Target,
            output => Act(output, whileWriting),
            content => Act(content, !whileWriting)));
        Assert.Empty(Directory.GetFileSystemEntries(_folder));

        static void Act(Stream stream, bool fail)
        {
            if (fail)
            {
                throw new OperationCanceledException();
            }

            stream.Flush();
        }
    }

    [Fact]
    public void A_file_that_is_there_even_since_a_moment_is_not_overwritten()
    {
        File.WriteAllText(Target, "precious");
        OperatorException refused = Assert.Throws<OperatorException>(
            () => NewRawFile.Write(LinuxFileSystem.Instance, Target, _ => Assert.Fail("written"), _ => { }));
        Assert.Equal(FailureKind.TargetExists, refused.Kind);
        File.Delete(Target);

        refused = Assert.Throws<OperatorException>(
            () => NewRawFile.Write(LinuxFileSystem.Instance, Target, _ => File.WriteAllText(Target, "precious"), _ => { }));
        Assert.Equal(FailureKind.TargetExists, refused.Kind);
        Assert.Equal("precious", File.ReadAllText(Target));
        Assert.Single(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void A_folder_that_is_missing_is_named() => Assert.Equal(
        FailureKind.BadInput, Assert.Throws<OperatorException>(() => NewRawFile.Refuse(Path.Combine(_folder, "no", "data"))).Kind);
}
