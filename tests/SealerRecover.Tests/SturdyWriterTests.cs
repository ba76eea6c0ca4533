using System.Text;
using SealerRecover.Hosting;
using Xunit;

namespace SealerRecover.Tests;

public class SturdyWriterTests
{
    [Fact]
    public void A_full_disk_under_the_log_is_told_once_and_stops_nothing()
    {
        using StringWriter complaints = new();
        using SturdyWriter writer = new(new FullWriter(), complaints);
        writer.WriteLine("one");
        writer.Write("two");
        writer.Write('3');
        Assert.Single(complaints.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("no space left", complaints.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Text_goes_through_unchanged()
    {
        using StringWriter inner = new();
        using SturdyWriter writer = new(inner, null);
        writer.Write("a");
        writer.WriteLine("b");
        writer.WriteLine();
        writer.Write(['c', 'd'], 0, 2);
        Assert.Equal("ab\n\ncd", inner.ToString());
    }

    private sealed class FullWriter : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(ReadOnlySpan<char> buffer) => throw new IOException("no space left");
    }
}
