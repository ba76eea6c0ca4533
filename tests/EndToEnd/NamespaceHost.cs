using System.Diagnostics;
using System.Globalization;

namespace EndToEnd;

/// <summary>
/// What a host is to a program: a network with one address, a host name, and mounts of its own, in namespaces that live as long as this object, and
/// not longer than the tests.
/// </summary>
internal sealed class NamespaceHost : IDisposable
{
    private readonly Process _keeper;
    private readonly string _id;

    private NamespaceHost(string name, string address, LossyNetwork.Link link, Process keeper)
    {
        (Name, Address, Link, _keeper) = (name, address, link, keeper);
        _id = keeper.Id.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Why there can be none here; null if there can.</summary>
    public static string? Missing => LossyNetwork.Missing
        ?? (!Tool.Succeeds("unshare", "--net", "--uts", "--mount", "--propagation=private", "ip", "link", "set", "lo", "up") ? "no namespaces can be made here, or ip(8) is missing" : null);

    /// <summary>Its host name.</summary>
    public string Name { get; }

    /// <summary>Its address, of a network of 256.</summary>
    public string Address { get; }

    /// <summary>What it hangs on.</summary>
    public LossyNetwork.Link Link { get; }

    /// <summary>What has a program started on it: goes before program and arguments, which are then the same process.</summary>
    public IReadOnlyList<string> Enter => ["nsenter", $"--target={_id}", "--net", "--uts", "--mount", "--"];

    /// <summary>Makes one.</summary>
    /// <param name="name">Its host name.</param>
    /// <param name="address">Its address.</param>
    /// <param name="network">What it is connected to.</param>
    /// <param name="mounts">Commands of a shell that make its mounts; none has an effect elsewhere.</param>
    public static async Task<NamespaceHost> StartAsync(string name, string address, LossyNetwork network, string mounts = ":")
    {
        // It ends with its standard input, and so with the tests, however those end.
        Process keeper = Process.Start(new ProcessStartInfo(
            "unshare", ["--net", "--uts", "--mount", "--propagation=private", "sh", "-ec", $"hostname {name}; {mounts}; echo ready; read end || :"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("ready", await keeper.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        NamespaceHost host = new(name, address, network.Add(), keeper);
        Assert.True(Tool.Succeeds("ip", "link", "set", host.Link.Device, "netns", host._id, "name", "eth0"));
        host.Run("ip", "link", "set", "lo", "up");
        host.Run("ip", "address", "add", $"{address}/24", "dev", "eth0");
        host.Run("ip", "link", "set", "eth0", "up");
        return host;
    }

    /// <summary>Runs a program of the system on it, which has to end well.</summary>
    public void Run(params string[] command) => Assert.True(Tool.Succeeds(Enter[0], [.. Enter.Skip(1), .. command]), string.Join(' ', command));

    /// <inheritdoc/>
    public void Dispose()
    {
        _keeper.StandardInput.Close();
        _keeper.WaitForExit();
        _keeper.Dispose();
    }
}
