using Filecoin.Sealing.Memory;
using Xunit;

namespace Filecoin.Sealing.Tests.Memory;

public sealed class HugePagesTests
{
    private static readonly string[] Mappings =
    [
        "7f0000000000-7f0000400000 rw-p 00000000 00:00 0 ",
        "Size:               4096 kB",
        "Rss:                4096 kB",
        "AnonHugePages:      4096 kB",
        "VmFlags: rd wr mr mw me ac hg ",
        "7f0000400000-7f0000800000 rw-p 00000000 00:00 0                          [anon: x-y z]",
        "Rss:                2048 kB",
        "AnonHugePages:         0 kB",
        "7f0000800000-7f0000c00000 rw-p 00000000 fd:01 77                         /lib/some-file",
        "Rss:                   0 kB",
        "AnonHugePages:         0 kB",
    ];

    [Theory]
    [InlineData("always [madvise] never\n", true)]
    [InlineData("[always] madvise never\n", true)]
    [InlineData("always madvise [never]\n", false)]
    [InlineData("", null)]
    public void The_setting_is_the_word_in_brackets(string setting, bool? granted) => Assert.Equal(granted, HugePages.GrantedBy(setting));

    [Theory]
    [InlineData(0x7f0000000000, 0x7f0000400000, 1.0)]
    [InlineData(0x7f0000000000, 0x7f0000800000, 2.0 / 3)]
    [InlineData(0x7f0000400000, 0x7f0000400001, 0.0)]
    [InlineData(0x7f0000800000, 0x7f0000c00000, null)]
    [InlineData(0x1000, 0x2000, null)]
    public void The_mappings_a_buffer_lies_in_are_added_up(long start, long end, double? share) =>
        Assert.Equal(share, HugePages.Share(Mappings, (ulong)start, (ulong)end));

    [Fact]
    public void A_large_buffer_is_on_huge_pages_where_the_system_says_so()
    {
        using NativeBuffer buffer = new(64 << 20);
        Assert.Equal(64 << 20, buffer.Span.Length);
        buffer.Span.Fill(1);
        double? share = HugePages.Share(buffer);
        Assert.SkipWhen(HugePages.AreGranted() is not true || share is null, "this system grants no huge pages");

        // How many there are left is the system's business; that the number is one is ours.
        Assert.InRange(share!.Value, 0, 1);
    }

    [Fact]
    public void A_buffer_gone_has_no_pages()
    {
        NativeBuffer buffer = new(4096);
        buffer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => HugePages.Share(buffer));
    }
}
