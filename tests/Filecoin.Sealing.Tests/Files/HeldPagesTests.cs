using Filecoin.Sealing.Files;
using Xunit;

namespace Filecoin.Sealing.Tests.Files;

/// <summary>What the system holds of a file in memory is told, and forgotten when asked.</summary>
public sealed class HeldPagesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0, 4096)]
    [InlineData(100, 256)]
    [InlineData((5 << 20) - 64, 64)]
    public void What_was_just_read_is_held_and_what_is_forgotten_is_not(long offset, int length)
    {
        byte[] content = new byte[5 << 20];
        new Random(7).NextBytes(content);
        string path = _folder["file"];
        File.WriteAllBytes(path, content);
        using IOpenFile file = LinuxFileSystem.Instance.OpenToRead(path);
        file.Flush();
        byte[] read = new byte[length];
        Assert.Equal(length, file.Read(offset, read));

        byte[] held = new byte[length];
        int? before = file.ReadHeld(offset, held);
        Assert.SkipWhen(before is null, "the file system does not tell what is in the page cache");
        Assert.Equal(length, before);
        Assert.Equal(content[(int)offset..(int)(offset + length)], held);

        file.Forget(offset, length);
        int? after = file.ReadHeld(offset, held);
        Assert.SkipWhen(after > 0 && new DriveInfo(path).DriveFormat is "tmpfs" or "overlay", "the file system keeps everything in memory");
        Assert.Equal(0, after);
        Assert.Equal(length, file.Read(offset, held));
        Assert.Equal(content[(int)offset..(int)(offset + length)], held);
    }
}
