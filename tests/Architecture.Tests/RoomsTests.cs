using System.Text.RegularExpressions;
using Mono.Cecil;
using Xunit;

namespace SealerRecover.Tests.Architecture;

/// <summary>The drawing in docs/architecture.md, held against what was built.</summary>
public sealed partial class RoomsTests
{
    /// <summary>What each project may know of the others.</summary>
    private static readonly Dictionary<string, string[]> MayKnow = new(StringComparer.Ordinal)
    {
        ["Filecoin.Cryptography"] = [],
        ["Filecoin.Primitives"] = ["Filecoin.Cryptography"],
        ["Filecoin.OpenCl"] = ["Filecoin.Primitives", "Filecoin.Cryptography"],
        ["Filecoin.Chain"] = ["Filecoin.Primitives", "Filecoin.Cryptography"],
        ["Filecoin.Curio"] = ["Filecoin.Primitives", "Filecoin.Cryptography", "Filecoin.Chain"],
        ["Filecoin.Sealing"] = ["Filecoin.Primitives", "Filecoin.Cryptography"],
        ["SealerRecover.Recovery"] = ["Filecoin.Primitives", "Filecoin.Cryptography", "Filecoin.Chain", "Filecoin.Curio", "Filecoin.Sealing"],
        ["SealerRecover.Ledger"] = ["Filecoin.Primitives", "Filecoin.Cryptography", "Filecoin.Chain", "Filecoin.Sealing", "SealerRecover.Recovery"],
        ["SealerRecover.Fleet"] =
            ["Filecoin.Primitives", "Filecoin.Cryptography", "Filecoin.Chain", "Filecoin.Curio", "Filecoin.Sealing", "SealerRecover.Recovery"],
        ["SealerRecover.Server"] = ["Filecoin.Primitives", "SealerRecover.Recovery"],
        ["sealer-recover"] =
        [
            "Filecoin.Primitives", "Filecoin.Cryptography", "Filecoin.OpenCl", "Filecoin.Chain", "Filecoin.Curio", "Filecoin.Sealing", "SealerRecover.Recovery",
            "SealerRecover.Ledger", "SealerRecover.Fleet", "SealerRecover.Server",
        ],
    };

    /// <summary>What these rooms alone bring in, by the beginning of its assemblies' names.</summary>
    private static readonly Dictionary<string, string[]> OnlyIn = new(StringComparer.Ordinal)
    {
        ["Microsoft.AspNetCore"] = ["SealerRecover.Server"],
        ["Npgsql"] = ["Filecoin.Curio", "SealerRecover.Fleet"],
        ["Microsoft.Data.Sqlite"] = ["SealerRecover.Ledger"],
        ["SQLitePCL"] = ["SealerRecover.Ledger"],
        ["Silk.NET"] = ["Filecoin.OpenCl"],
        ["OpenTelemetry"] = ["sealer-recover"],
    };

    /// <summary>What only the executable may touch: it hands surroundings and clock down as values.</summary>
    private static readonly Dictionary<string, string[]> OnlyAbove = new(StringComparer.Ordinal)
    {
        ["System.Console"] = [],
        ["System.Environment"] = ["GetEnvironmentVariable", "GetEnvironmentVariables", "Exit", "FailFast"],
        ["System.DateTime"] = ["get_Now", "get_UtcNow", "get_Today"],
        ["System.DateTimeOffset"] = ["get_Now", "get_UtcNow"],
    };

    /// <summary>Options of lotus, lotus-miner and curio, which are those programs' own, by type: how what it says begins.</summary>
    private static readonly string[] OfOtherPrograms =
    [
        "Filecoin.Chain.Nodes.LotusMiner says \": `lotus-miner auth api-info --perm admin",
        "Filecoin.Chain.Rpc.EndpointFailure says \" auth api-info --perm read",
        "Filecoin.Chain.Rpc.NodeApi says \" auth api-info --perm read",
        "SealerRecover.Recovery.NextSteps says \"--faulty ",
        "SealerRecover.Recovery.NextSteps says \"curio cli --machine ",
        "SealerRecover.Recovery.NextSteps says \"lotus-miner ",
    ];

    public static TheoryData<string> Projects => [.. Assemblies.Product];

    [Theory]
    [MemberData(nameof(Projects))]
    public void No_folders_of_a_project_know_each_other_in_a_circle(string project)
    {
        using AssemblyDefinition assembly = Assemblies.Read(project);
        IReadOnlyCollection<Use> uses = Assemblies.UsesWithin(assembly);
        IReadOnlyList<string[]> circles = Circles.Of(uses);
        Assert.True(circles.Count == 0, string.Join('\n', circles.SelectMany(circle => Within(circle, uses))));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_knows_only_those_below_it(string project)
    {
        using AssemblyDefinition assembly = Assemblies.Read(project);
        Assert.Empty(assembly.MainModule.AssemblyReferences.Select(reference => reference.Name).Intersect(Assemblies.Product).Except(MayKnow[project]));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_driver_is_known_in_one_room_only(string project)
    {
        using AssemblyDefinition assembly = Assemblies.Read(project);
        Assert.DoesNotContain(
            assembly.MainModule.AssemblyReferences.Select(reference => reference.Name),
            name => OnlyIn.Any(only => !only.Value.Contains(project) && name.StartsWith(only.Key, StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Console_environment_and_wall_clock_are_the_executable_s(string project)
    {
        Assert.SkipWhen(project == "sealer-recover", "the executable hands them down");
        using AssemblyDefinition assembly = Assemblies.Read(project);
        Assert.Empty(Banned(assembly));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Options_and_commands_are_typed_in_the_executable_only(string project)
    {
        Assert.SkipWhen(project == "sealer-recover", "the command line is there");
        using AssemblyDefinition assembly = Assemblies.Read(project);
        Assert.DoesNotContain(Typed(assembly), text => !OfOtherPrograms.Any(known => text.StartsWith(known, StringComparison.Ordinal)));
        Assert.Empty(Spoiled(assembly));
    }

    [Fact]
    public void A_circle_that_is_put_back_is_found()
    {
        using AssemblyDefinition cryptography = Assemblies.Read("Filecoin.Cryptography");
        List<Use> uses = [.. Assemblies.UsesWithin(cryptography)];
        Use down = uses.First(use => use.FromRoom != use.ToRoom);
        uses.Add(new Use(down.To, down.ToRoom, down.From, down.FromRoom));
        Assert.Equal([down.FromRoom, down.ToRoom], Assert.Single(Circles.Of(uses)).Intersect([down.FromRoom, down.ToRoom]).OrderBy(room => room != down.FromRoom));
    }

    [Fact]
    public void A_circle_through_a_lambda_and_a_call_of_the_clock_are_found_in_what_was_built()
    {
        using AssemblyDefinition here = Assemblies.Read(typeof(RoomsTests).Assembly.GetName().Name!);
        string fixture = $"{typeof(RoomsTests).Namespace}.Fixture";
        Assert.Equal([$"{fixture}.Lower", $"{fixture}.Upper"], Assert.Single(Circles.Of(Assemblies.UsesWithin(here))));
        Assert.Equal([$"{fixture}.Upper.Above calls System.DateTime.get_UtcNow"], Banned(here));
    }

    private static IEnumerable<string> Typed(AssemblyDefinition assembly) => Assemblies.Texts(assembly)
        .Where(text => TypedWord().IsMatch(text.Text))
        .Select(text => $"{text.In} says \"{text.Text}\"").Distinct().Order(StringComparer.Ordinal);

    /// <summary>Where a string is made with the code's name of a setting in it: a sum or a choice of which a part is no hint.</summary>
    private static IEnumerable<string> Spoiled(AssemblyDefinition assembly) =>
        Assemblies.Formatted(assembly).Where(made => made.Type is "Filecoin.Primitives.Setting" or "Filecoin.Primitives.UserCommand" or "Filecoin.Primitives.Hint")
            .Select(made => $"{made.In} makes a string of {made.Type}").Distinct();

    [GeneratedRegex("--[a-z]|sealer-recover [a-z]")]
    private static partial Regex TypedWord();

    private static IEnumerable<string> Banned(AssemblyDefinition assembly) =>
        Assemblies.Calls(assembly)
            .Where(call => OnlyAbove.TryGetValue(call.Type, out string[]? members) && (members.Length == 0 || members.Contains(call.Member)))
            .Select(call => $"{call.In} calls {call.Type}.{call.Member}").Distinct().Order(StringComparer.Ordinal);

    private static IEnumerable<string> Within(string[] circle, IEnumerable<Use> uses) => uses
        .Where(use => use.FromRoom != use.ToRoom && circle.Contains(use.FromRoom) && circle.Contains(use.ToRoom))
        .Select(use => use.ToString()).Order(StringComparer.Ordinal).Prepend($"a circle: {string.Join(", ", circle)}");
}
